"""Which words mean the same thing in a request and in a config file.

Decides only synonyms, over Korean and English; a word that is not here stands for itself.
"""

from __future__ import annotations

from functools import lru_cache

# Each line is one idea: people write any of these, files are searched for all the English ones.
_GROUPS = """
config configuration conf cfg configserver 설정 컨피그 구성
server 서버
client 클라이언트
timeout timeouts 타임아웃 제한시간 대기시간 시간제한
connect connection connections 연결 커넥션 접속
read 읽기
write 쓰기
retry retries 재시도
count 횟수 개수 갯수 수
max maximum 최대 최댓값 최대값
min minimum 최소 최솟값 최소값
pool 풀
size 크기 사이즈
port 포트
address addr ip host 주소 아이피
host hostname 호스트 호스트명
url uri endpoint 엔드포인트
firewall ufw nft nftables iptables security ingress 방화벽
allow allowed allowlist whitelist 허용 허용목록 화이트리스트
deny denied block 차단 거부
list 목록 리스트
rule rules 규칙 룰
image 이미지
version tag 버전 태그
debug 디버그 디버깅
log logging logs 로그 로깅
level 레벨 수준
mail smtp email 메일 이메일
smtp
database db 데이터베이스 디비
postgres postgresql pg 포스트그레스 포스트그레
redis 레디스
nginx 엔진엑스 엔진x
cache 캐시
interval 간격 주기 인터벌
scrape 스크레이프 수집
monitor monitoring 모니터링 모니터 감시
prometheus 프로메테우스
grafana 그라파나
edge 엣지 에지
worker workers 워커 작업자
api 에이피아이
web 웹
gateway 게이트웨이
proxy 프록시
payment payments pay checkout 결제
order orders 주문
user users 사용자 유저
auth authentication 인증
replica replicas 레플리카 복제본
memory mem 메모리
cpu 씨피유
limit limits 한도 제한 리밋
retention 보존 보관
period duration 기간
domain 도메인
path 경로
queue 큐 대기열
concurrency 동시성 동시
thread threads 스레드 쓰레드
batch 배치
upload 업로드
download 다운로드
body 본문 바디
enable enabled 활성 활성화여부
feature features flag 기능 플래그
mode 모드
name 이름
environment env 환경 환경변수
sender from 발신 발신자
backup 백업
schedule cron 스케줄 일정
delay 지연 딜레이
backoff 백오프
ttl 유효기간 만료시간
key 키
service services 서비스
file files 파일
refresh 새로고침 리프레시
health healthcheck 헬스체크 상태확인 헬스
check 체크 검사
session 세션
token 토큰
rate 속도
percent percentage pct ratio 비율 퍼센트
hour hourly 시간당
minute minutely 분당
second 초당
send sending sent 전송 발송
currency currencies 통화
history 이력 내역 히스토리
request requests 요청
buffer 버퍼
keepalive 킵얼라이브
compression gzip 압축
tls ssl https
metrics metric 메트릭 지표
alert alerts 알림 경보
dashboard 대시보드
registry 레지스트리
oracle oci 오라클
gcp google 구글 지씨피
aws amazon 아마존 에이더블유에스
azure 애저
hetzner 헤츠너
staging stage 스테이징
production prod 운영 프로덕션 프로드
development dev 개발
test 테스트
internal 내부
external 외부
admin 관리자 어드민
search 검색
notification notifications notifier 알림서비스
email 전자우편
poll polling 폴링
idle 유휴
lifetime 수명
heap 힙
capacity 용량
threshold 임계값 임계치
upstream upstreams 업스트림
expose exposed 노출
login signin 로그인
relay 중계
home house 집
office 사무실
batch 일괄
cart basket 장바구니 카트
catalog catalogue 카탈로그
shipping delivery 배송
stock 재고
inventory 인벤토리
mailer 메일러
relay 릴레이
partner partners 파트너 제휴사
public 공인 퍼블릭 공개
private 사설 프라이빗 비공개
lobby 로비
chat 채팅 챗
backoffice 백오피스
ledger 원장
game 게임
maintenance 점검 유지보수
cookie 쿠키
secure 보안
expiry expire expires expiration 만료
retry retries 리트라이
upload 업로드
image images 이미지
memory mem 메모리
weight 가중치
balance balancer 밸런서 로드밸런서
lb haproxy 로드밸런서
backend 백엔드
frontend 프론트엔드 프론트
origin origins 출처
cors 코스
host hosts 호스트
route routes 라우트 경로
filter 필터
index 인덱스 색인
shard shards 샤드
partition partitions 파티션
topic 토픽
broker 브로커
consumer 컨슈머 소비자
producer 프로듀서
group 그룹
lease 임대
heartbeat 하트비트
probe 프로브
liveness 라이브니스
readiness 레디니스
initial 초기
grace 유예
period 주기
evaluation 평가
sample 샘플 샘플링
trace tracing 트레이스 추적
sentry 센트리
slack 슬랙
webhook 웹훅
report reports 리포트 보고서
export 내보내기
import 가져오기
backup backups 백업
restore 복구
snapshot 스냅샷
disk 디스크
storage 스토리지 저장소
bucket 버킷
volume 볼륨
network 네트워크
subnet 서브넷
dns 디엔에스
resolver 리졸버
nameserver 네임서버
ntp 시간서버
locale 로케일
timezone tz 타임존 시간대
currency 통화
language lang 언어
format 형식 포맷
encoding 인코딩
charset 문자셋
verbose 상세
warn warning 경고
error 에러 오류
info 정보
window 윈도우 창
burst 버스트
quota 쿼터 할당량
page 페이지
item items 아이템 항목
row rows 행
column columns 열
fetch 페치
sync 동기화
async 비동기
commit 커밋
transaction 트랜잭션
isolation 격리
lock 락 잠금
slow 슬로우 느린
query 쿼리 질의
statement 구문 문장
pool 커넥션풀
acquire 획득
leak 누수
detection 감지
validation 검증
password 비밀번호 암호
secret 시크릿
certificate cert 인증서
renewal 갱신주기
signup register registration 가입 회원가입
account 계정
profile 프로필 프로파일
role 역할
permission 권한
guest 게스트
limit limits 상한
floor 하한
min minimum 하한
max maximum 상한
ratio 비율
percent percentage 퍼센트
factor 계수 배율
step 단계
stage 스테이지
deploy deployment 배포
rollout 롤아웃
surge 서지
namespace 네임스페이스
pod 파드 팟
node nodes 노드
label 라벨
annotation 애너테이션
ingress 인그레스
volume 볼륨
container 컨테이너
restart 재시작
policy 정책
signal 시그널
shutdown stop 종료
startup start 시작
boot 부팅
watch watcher 워치 감시
target targets 타겟 대상
job jobs 잡 작업
rule rules 룰
receiver receivers 수신자
route 라우팅
repeat 반복
silence 사일런스
remote 원격
local 로컬
latency 지연시간 레이턴시
bandwidth 대역폭
replication 복제
owner 소유자 주인
contact 연락처 담당자
recipient recipients to 수신인 받는사람 수령인
subject title 제목
attachment attachments 첨부 첨부파일
product products item 상품
coupon coupons 쿠폰
discount 할인
refund refunds 환불
booking bookings reservation reservations 예약
room rooms 객실 방
price prices rate fare 요금 가격
invoice receipt 영수증 청구서
settlement settle 정산
ad ads advert 광고
recommend recommendation 추천
stream streaming broadcast 송출 방송 스트리밍 스트림
record recording recorder 녹화 녹음
playback play player 재생
player players 플레이어 접속자 인원
music song 음악
book books 도서 책 권수
loan loans 대출
return returns 반납
overdue 연체
reader readers 이용자 독자 열람자
library 도서관
member members 회원
branch branches 지점 분관
kiosk kiosks 키오스크
studio 스튜디오
podcast 팟캐스트
royalty royalties 로열티 저작권료
duty oncall 당직
daily nightly 일일 매일
weekly 주간 매주
monthly 월간 매월
hourly 매시간
sales revenue 매출
occupancy 점유율
stats statistics 통계
aggregate aggregation 집계
reindex 재색인
cleanup clean prune purge 정리 청소
archive 아카이브 보관소
rotate rotation rotated 로테이션 순환
concurrent 동시접속
match matching matchmaking 매칭
guild 길드
ranking rank leaderboard 랭킹 순위
shop store 상점 가게 매장 스토어
arena 아레나
tick 틱
history 기록 이력 히스토리
message messages 메시지
profile profiles 프로파일
broker brokers 브로커
language languages 언어
country countries 국가
region regions 리전 지역
zone zones 존 구역
cluster 클러스터
primary master 주서버 프라이머리 마스터
standby secondary slave 스탠바이 대기
feedback 피드백
bastion jump 배스천 점프
vpn 브이피엔
gateway gateways 관문
listen listener 리슨 수신대기
bind 바인드
socket 소켓
protocol 프로토콜
header headers 헤더
cookie cookies 쿠키
redirect 리다이렉트
rewrite 리라이트
static 정적
asset assets 에셋
template templates 템플릿
thumbnail thumbnails 썸네일
resolution 해상도
quality 품질 화질
bitrate 비트레이트
encode encoder transcode 인코딩 인코더
crawl crawler 크롤러 수집기
scheduler 스케줄러
dispatch dispatcher 디스패처
consumer consumers 컨슈머
offset 오프셋
ack 확인응답
dlq 데드레터
visibility 가시성
prefetch 프리페치
preload 프리로드
warmup 워밍업 예열
drain draining 드레인
graceful 우아한
eviction evict 축출
compaction 압축정리
vacuum 배큠
checkpoint 체크포인트
wal 선행기록
journal 저널
lock locks lockout 잠금 락
attempt attempts 시도
penalty 벌점
weight weights 가중치
inventory 재고목록
audit 감사
trail 추적기록
mask masking 마스킹
consent 동의
marketing 마케팅
newsletter 뉴스레터 소식지
push 푸시
sms 문자
voice 음성
call calls 통화
agent agents 상담원 에이전트
ticket tickets 티켓
survey 설문
tokyo 도쿄
seoul 서울
frankfurt 프랑크푸르트
"""

# Words that describe without choosing: they are used where they match, and never missed.
DESCRIPTORS = frozenset(
    """
    new old default 기본 기본값 횟수 갯수 개수 수 count allow allowed allowlist whitelist 허용 허용목록 화이트리스트
    folder folders directory 폴더 디렉터리 디렉토리
    server servers service services setting settings value values config configuration key keys
    parameter option entry entries file files property variable number amount host hosts address
    list flag image version tag time container cloud machine box node rule rules
    서버 서비스 설정 설정값 값 키 파라미터 옵션 항목 파일 변수 속성 숫자 호스트 주소 목록 리스트 플래그
    이미지 버전 태그 시간 컨테이너 클라우드 머신 노드 규칙 쪽 측 안 내 환경변수 기능 모드 mode 환경
    """.split()
)


def _english(word: str) -> bool:
    return word.isascii()


@lru_cache(maxsize=1)
def _synonyms() -> dict[str, frozenset[str]]:
    table: dict[str, set[str]] = {}
    for line in _GROUPS.strip().splitlines():
        words = line.split()
        meanings = {word for word in words if _english(word)}
        for word in words:
            table.setdefault(word, set()).update(meanings)
    return {word: frozenset(meanings) for word, meanings in table.items()}


def options(word: str) -> frozenset[str]:
    """The words a file may use for ``word`` (lower case), itself and its singular among them."""
    found = {word} if _english(word) else set()
    for form in (word, singular(word)):
        found |= _synonyms().get(form, frozenset())
    found |= {singular(one) for one in found}
    return frozenset(found) or frozenset({word})


@lru_cache(maxsize=1)
def korean_words() -> frozenset[str]:
    """Every Korean word of the glossary."""
    return frozenset(word for word in (*_synonyms(), *DESCRIPTORS) if not _english(word))


def known(word: str) -> bool:
    """True for a word of the glossary."""
    return word in _synonyms() or word in DESCRIPTORS


def singular(word: str) -> str:
    """``word`` without an English plural ending: enough to match, not to read."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def segments(hangul: str) -> tuple[str, ...] | None:
    """A Korean compound such as ``최대재시도횟수`` as glossary words, or None where it is none."""
    if known(hangul):
        return (hangul,)
    for cut in range(len(hangul) - 1, 0, -1):
        if known(hangul[:cut]) and (rest := segments(hangul[cut:])) is not None:
            return (hangul[:cut], *rest)
    return None
