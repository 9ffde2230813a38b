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
rate 속도 비율
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
"""

# Words that describe without choosing: they are used where they match, and never missed.
DESCRIPTORS = frozenset(
    """
    allow allowed allowlist whitelist 허용 허용목록 화이트리스트
    folder folders directory 폴더 디렉터리 디렉토리
    server servers service services setting settings value values config configuration key keys
    parameter option entry entries file files property variable number amount host hosts address
    list flag image version tag time container cloud machine box node rule rules
    서버 서비스 설정 설정값 값 키 파라미터 옵션 항목 파일 변수 속성 숫자 호스트 주소 목록 리스트 플래그
    이미지 버전 태그 시간 컨테이너 클라우드 머신 노드 규칙 쪽 측 안 내 환경변수 기능
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
