"""Plain speech around a wish: words that tell how, why or since when, and never where, whether or what.

Data and endings only, as a closed list: a word is here because it can neither limit, take back, put
off nor report a wish. Words of another's opinion ("claims", "간대요"), of plans ("예정"), of corrections
("actually", "아니다"), of what is done already ("already", "이미") and of times to come are not.
"""

from __future__ import annotations

import re

_ENGLISH = frozenset(
    """again always anymore anyway apparently badly basically constantly definitely even ever finally frankly fully generally
    gladly greatly heavily honestly immediately kinda lately literally lot lots longer much obviously particularly
    permanently pretty properly quickly quite really recently seriously simply slowly thoroughly today totally truly
    very well asap meanwhile
    bigger smaller larger higher faster slower worse nicer bad happy annoying weird busy quiet noisy flaky
    overloaded crowded cramped tired painful ugly strict generous relaxed late early tight short long low high slow heavy
    hot new big small large huge tiny loud popular expensive cheap unstable unreliable laggy sluggish swamped stingy stale
    sits sitting runs running lives living stands goes going went gone comes coming came seems looks feels feel
    gets getting gave gives needed wanted wants decided agreed needing
    complain complains complained complaining complaints hammer hammers hammered hammering kills killing killed dies dying died breaks
    broken breaking fails failing failed hits hitting suffer suffers suffering struggling struggles started starting began
    happens happening moved bought rented ordered upgraded retired decommissioned grew grows growing fills filled filling
    crashes crashing crashed floods flooding flooded drowning drowns eats eating burns attacking attacked attacks hack hacking
    abuse abused abusing scanning probing spamming spams joined left hired quit
    everybody everyone people folks colleagues boss customers customer ops guys mate friend friends team teams users
    because reason reasons thing things stuff matter matters issue issues problem problems trouble storm storms incident
    outage outages traffic load peak rush spike spikes surge demand volume lag latency errors error
    mess pain nightmare mayhem complaint tickets ticket disk hardware instance machine machines box vm provider datacenter
    yes ok okay ps
    usual regular actual real full total overall whole entire
    that's it's there's here's let's we're they're you're i'm i've we've than get got make makes made making
    give have having takes took one more""".split()
)
# After "for", "in" or "on" even a plain noun says where; these say it of everything.
EVERYBODY = frozenset(
    "us me everybody everyone all everything now good ever safety people the a an our my this that it them big small new".split()
)

_STEMS = (
    "느리|느려|느린|느립|많|늘어|밀리|밀려|밀린|터지|터져|터진|터졌|터집|죽|끊기|끊겨|끊긴|끊어|끊깁|부족|모자라|모자란|모자랍|꽉|차서|찼|바쁘|바빠|바쁩"
    "|힘들|힘드|시끄러|시끄럽|귀찮|답답|이상|불편|급하|급해|심하|심해|심합|무거|무겁|빡빡|넉넉|여유|걸리|걸려|걸립|나와|나오|나옵|나갔|들어오|들어와"
    "|쓰(?=는|고|던|시|기)|써(?=서|요|야)|사용|돌아가|몰리|몰려|몰립|붐비|붐벼|붐빕|공격|고장|오류|에러|재시작|도입|구매|계약|퇴사|입사|합류|합니"
    "|작아|작은|작네|작습|커(?=서|져|졌|요)|커져|길어|짧|높(?=아|은|네)|낮(?=아|은|네)|좁|비싸|비싼|불나|난리|폭주|폭증|늦|튕|튕겨|뻗|뻗어|버벅|렉|떨어(?=져|지|집)|생겨|생겼|생긴|올라(?=와|왔)"
    "|끝나|끝났|열려|닫(?=았|습|아)|문닫|모잘라|항의|민원|문의|요청|부탁|건의|불만|불평|컴플레인|성화|오픈|확장|성장|증설|이벤트|장애|점검|부하|트래픽|느낌"
)
_ENDS = (
    r"(?:하|되|시키|받|나|있|오|왔|들어오|들어와|가|갔|했|됐|났|졌|었|았|였|해|돼|함|됨|중|이|인|라|들|량|률)*"
    r"(?:아|어|여|해|와|워|져|려|나)?(?:서|요|는데요?|은데요?|ㄴ데|인데요?|데요?|니까요?|네요?|거든요?|습니다|니다|다|던|는|은|운|인|한|된|난|진|고|음|임|함|됨|중|중이라|중입니다|중이에요|중이라서|라서|이라|이라서"
    r"|어요|아요|해요|돼요|져요|려요|여|이|가|을|를|도|에|로|으로|때문에|탓에|들이|들의|이에요|예요|이고|이네요|잖아요?|더라고요|더라구요|지요|죠)?[ㅠㅜㅋㅎ~^ㅡ]*"
)
_FINITE = re.compile(r"(?:요|다|네|음|임|함|됨|중|서|데|니까|든|죠)[ㅠㅜㅋㅎ~^ㅡ]*$")
_TELLING = re.compile(rf"(?:{_STEMS})[가-힣]?{_ENDS}")
_ADVERBS = frozenset(
    """자꾸 요즘 최근 최근에 어제 아까 방금 드디어 계속 항상 자주 가끔 너무 많이 아주 매우 훨씬 더 좀더 조금더 그래서 그런지
    그러니 그러니까 아무래도 왠지 진짜 정말 덕분에 김에 겸 편하게 넉넉하게 넉넉히 충분히 확 싹 쭉 슬슬 이번에 지난 지난주 지난주에 어젯밤 어제부터 오늘부터 요새 갑자기
    사람들 사람들이 고객 고객님 고객님들 고객들 고객들이 손님 손님들 손님이 팀 팀에서 팀장님 팀장님이 대표님 대표님이 사장님 사장님이 님 씨 형 분들 유저들 유저들이 사용자들 사용자들이 직원 직원들
    여기 거기 저기 이쪽 그쪽 여기도 그리고요 문제 문제가 문제로 이슈 이슈로 때문 때문에 탓 탓에 건 것들 모자라서 커서 작아서 걸로 것으로 걸 수치 정도로만
    하는 하던 한 해서 하고 했는데 했어요 했습니다 합니다 하네요 하니까 되는 되던 된 됐는데 됩니다 돼서 되어서 되네요 있는 있던 있어서 있어요 있습니다 있는데 있네요 있으니
    나서 나는 나네요 나요 났어요 났습니다 와서 왔어요 왔습니다 오네요 와요 옵니다 들어와서 들어와요 들어옵니다 받아서 받았어요 새로 급함 급해요 급합니다 필요 필요해 필요해요 필요합니다 필요해서
    한줄 한 줄 배로 두배로 세배로 남아있는 남은 적혀 적혀있는 적힌 써있는 쓰여있는 박혀있는 박힌 데는 데도 곳은 곳이 있으면 보이는 들어간 들어가는 가리키는 바라보는 쓰이는 나가는 들어오는 받는 보내는 대로 값은 값이 값도 이름은 주소는 주소가 아이피
    내용 항목 줄은 줄을 파일들 폴더 폴더는 쪽은 당연히 물론 이요 요 로요 같이요 도요 이랑 랑 하고 그 그거 그것 것 전부요 다요
    중이에요 중입니다 중이라 중이라서 중이고 바랍니다 바래요 부탁 두 세 네 다섯 여섯 일곱 여덟 아홉 열 군데랑 군데 서비스가 서비스는 서버가 서버는 디스크가 디스크 용량 용량이 새서버 장비 장비가 기계 클라우드가""".split()
)


_NOUNS = frozenset(
    "사람 사람들 고객 고객님 손님 유저들 직원 팀 팀장님 대표님 사장님 분들 장비 기계 용량 디스크 이름 내용 항목 줄 곳 데 쪽 것 값".split()
)


_WHEN = re.compile(r"고$|(?<!때문)(?<!탓)에$")


def is_filler(word: str) -> bool:
    """True for a word that says nothing of places, values or whether something is asked for."""
    if word.isascii():
        return word.lower() in _ENGLISH
    # "점검 끝나고" and "이벤트에" tell when
    telling = _TELLING.fullmatch(word) is not None and not _WHEN.search(word)
    return word in _ADVERBS or (word[:-1] in _NOUNS and word[-1] not in "에만") or telling


def is_telling(word: str) -> bool:
    """True for a Korean predicate of what happens in the world, at the end of its thought."""
    return _TELLING.fullmatch(word) is not None and _FINITE.search(word) is not None
