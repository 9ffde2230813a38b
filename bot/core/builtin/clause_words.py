"""Words that carry no wish of their own, and words that keep rules from acting at all.

Data for ``clauses``: politeness, filler, follow-ups ("the others too"), doubts and conditions.
"""

from __future__ import annotations

import re

EXCEPT = frozenset("except excluding 제외 제외하고 제외하고는 빼고 빼고는 제외한 제외하곤".split())
_POLITE = (
    r"(?:주시면|주면|해주시면)\s*(?:됩니다|돼요?|되겠습니다|감사\S*|고맙\S*|좋겠\S*)",
    r"(?:줄|주실|해줄)\s*수\s*(?:있나요|있을까요|있어요?|있니|있습니까)\??",
    r"(?:줄래요?|주실래요|주시겠어요|주시겠습니까|주라|주십시오)\??",
    r"\bif (?:possible|you can|you could|that's ok|ok)\b,?",
    r"\b(?:(?:can|could|would|will) you|(?:can|could) we)(?! (?:like|say|have|prefer)\b)(?: please| kindly)?\b",
    r"\b(?:don'?t forget to)\b",
)
POLITE_WORDS = re.compile("|".join(_POLITE), re.IGNORECASE)
DOUBT = re.compile(
    r"""\b(?:not|no|cannot|avoid|stop|cancel|prevent|nobody|next|yesterday|soon|ignore|unless|[a-z]+n['’]t|don'?t|doesn'?t|never|without|unless|if|whether|maybe|perhaps|probably|might|either|neither|nor|or|rather|
        until|before|after|when|later|tomorrow|tonight|back|undo|revert|swap|about|around|roughly|some|somewhat|slightly)\b
    | \b(?:why|what|how|which|who)\b | ^\s*(?:is|are|do|does|did|should|shall)\b
    | (?<![가-힣])(?:안|못)\s+(?=[가-힣]) | (?<![가-힣])(?:안|못)(?:바꾸|바꿔|해|하|되|돼|옮|켜|꺼) | 말고 | 지\s?마 | 마세요 | 않[가-힣]* | 아니[가-힣]* | 없이 | 만약 | 혹시 | [가-힣]+(?:거나|든지|든가)(?![가-힣]) | 아마 | 적당히 | 적절히 | 알아서
    | [가-힣]*(?:을까|할까|될까|일까|는지|나요|가요|까요)\s*\? | [가-힣]*(?:으면|하면|되면|이면|다면)(?![가-힣]) | 나중에 | 내일 | 이따가? | 되돌려 | 원래대로
    | 서로\s | 맞바꿔 | (?<![가-힣])정도 | 조금 | 약간 | (?<![가-힣])쯤 | 대충 | 또는 | 혹은 | 아니면""",
    re.VERBOSE | re.IGNORECASE,
)
NUMBER_WORDS = {
    "half an hour": "30 minutes", "an hour": "1 hour", "one hour": "1 hour", "one minute": "1 minute", "a minute": "1 minute",
    "반 시간": "30분", "반시간": "30분", "한 시간": "1시간", "한시간": "1시간", "두 시간": "2시간", "일 분": "1분",
    "두 배": "2배", "두배": "2배", "세 배": "3배", "세배": "3배", "네 배": "4배", "절반으로": "0.5배로", "반으로": "0.5배로",
    "instead of": "⇐", "rather than": "⇐",
}  # fmt: skip
# Other ways to say what the grammar knows: rewritten before anything is read.
SAID_OTHERWISE = (
    (re.compile(r"(\S*\d\S*) (?:is|was|seems|looks) (?:way |far |a bit |much |just )?too (?:short|long|low|high|small|big|large|little|tight|few|much)\b[,;:.]?\s*(?:so )?(?:please |pls )?(?:make it |set it to |use |change it to )?(?=\S*\d)", re.IGNORECASE), r" from \1 to "),
    (re.compile(r",?\s*\b(?:and )?(?:the |its |their )?new (?:ip|address|addr|host)(?: address)?(?: is(?: now)?| now|:)? (?=\S*\d)", re.IGNORECASE), " to "),
    (re.compile(r"\b(?:(?:should|must|shall|has to|needs to) )?(?:go|goes|come|comes|be (?:raised|lowered|bumped|increased|reduced|cut|brought)) (?:up |down |back )?to (?=\S*\d)", re.IGNORECASE), "to "),
    (re.compile(r"(?<=\w )(?:up|down|back) to (?=\S*\d)", re.IGNORECASE), "to "),
    (re.compile(r"\b(?:should|must|shall|ought to|needs? to|has to|have to|want it to|wants? to) be(?: set to| at| changed to| raised to| lowered to)?\b", re.IGNORECASE), "to"),
    (re.compile(r"\((?:지금|현재|기존)(?:은|는|값|값은)?\s*:?\s*([^\s()]+?)(?:임|이고|인데|이에요|입니다)?\)"), r" \1에서 "),
    (re.compile(r"\((?:currently|now|was|is|it['’]?s|it was)\s*:?\s*([^\s()]+)(?: now| today| right now)?\)", re.IGNORECASE), r" from \1 "),
    (re.compile(r"\b(?:gets|goes (?:up |down |back )?to|becomes|be called|is called|is named|is now called) (?=\S*\d|\S+\.\S)", re.IGNORECASE), "to "),
    (re.compile(r"\binst(?:ed|aed|ead) of\b", re.IGNORECASE), "instead of"),
    (re.compile(r"\b(?:is|are|was|were) (?:way |far |a bit |much )?too (?:short|long|low|high|small|big|large|noisy|slow|much|little|tight|few)\b", re.IGNORECASE), " "),
    (re.compile(r"(?<=\w)['’]s\b(?: own\b)?"), " "),
    (re.compile(r"\b(?:nothing|nobody|no one|none)(?: else)? (?:else |should |must |has to |needs to )*(?:changes?|moves?|is affected|be touched)\b(?=\s*(?:[.,;!)\n]|$))", re.IGNORECASE), " "),
    (re.compile(r"\bfrom (?:now|today) on(?:wards)?\b", re.IGNORECASE), " "),
    (re.compile(r"\bfor (?:good|now|ever|the time being)\b", re.IGNORECASE), " "),
    (re.compile(r"\b(?:thanks|thank you|thx|ty|cheers|regards|best)\b(?:[ ,!]+(?:so much|a lot|in advance|again|everyone|everybody|all|team|guys|folks|you|for (?:your|the) help|for helping|regards))*[,.!~ :)]*(?:\s*(?-i:[A-Z][a-z]+)[.!]?)?\s*$", re.IGNORECASE), " "),
    (re.compile(r"\b([\w-]+) and its (?=[a-z])", re.IGNORECASE), r"\1 and \1 "),
    (re.compile(r"[,(]?\s*\b(?:and )?only there\b!*\)?", re.IGNORECASE), " "),
    (re.compile(r",?\s*\bnot (?=\d)", re.IGNORECASE), " ⇐ "),
    (re.compile(r"[ㄱ-ㅎㅏ-ㅣ]{2,}|\b(?:asap|fyi|btw)\b[:,]?|[!~]{2,}", re.IGNORECASE), " "),
    (re.compile(r"(?<![가-힣])한\s?줄(?:만|씩)?(?![가-힣])"), " "),
    (re.compile(r"빠짐\s?없이"), "모두"),
    (re.compile(r"[\U0001F000-\U0001FAFF\u2600-\u26FF\u2702-\u27A0]"), " "),
    (re.compile(r"\bget rid of\b|\btake out\b", re.IGNORECASE), "remove"),
    (re.compile(r"\btakes? (\S+) (?:off|out of)\b", re.IGNORECASE), r"remove \1 from"),
    (re.compile(r"\b(?:the )?(\S+(?: (?:flag|setting|key|entry|line))?) can go(?: away)? from\b", re.IGNORECASE), r"remove \1 from"),
    (re.compile(r"\bas of (?:today|now|this \w+|\w+day)\b,?", re.IGNORECASE), " "),
    (re.compile(r"\b(\S+?),? (?:and|but) only \1\b,?", re.IGNORECASE), r"\1"),
    (re.compile(r",?\s*\b(?:and )?(\S+\.\S+)\s+(?:goes away|is gone|disappears|retires|is retired|is going away|will go away|is dead)(?: completely| entirely| then)?", re.IGNORECASE), r" from \1 "),
    (re.compile(r"\([^()\d_=]*\b(?:reasons?|because|due)\b[^()\d_=]*\)", re.IGNORECASE), " "),
    (re.compile(r",?\s*\b(?:on the |with the |at the )?same (?:port|name|path|user|password)s?\b(?: as (?:before|the old one|now|ever)\b)?(?!\s+as\b)", re.IGNORECASE), " "),
    (re.compile(r"기로\s?(?:했|됐|되었|정했|결정)[가-힣]*"), "기"),
    (re.compile(r"(?<![\d.])(?:1|한\s?)(?:인|명)당\s"), " "),
    (re.compile(r"\bdrop(?=\s+(?:the\s+)?[A-Za-z_])", re.IGNORECASE), "remove"),
)  # fmt: skip
# Why something is asked for is no part of what is asked for; a reason that names a server or a value
# stays, and with it the doubt.
REASONS = (
    re.compile(
        r"\b(?:because(?: of)?|due to|owing to|ever since|since)\s[^,.;\n\d_]*?(?=[,.;\n]|$|\bplease\b|\bset\b|\bchange\b|\braise\b|\bbump\b|\blower\b)",
        re.IGNORECASE,
    ),
    re.compile(r"(?:(?<=^)|(?<=[.,\n]))[^,.;\n\d_A-Za-z]{0,30}(?:때문에|탓에)\s"),
    # "보안팀 요청인데요, …": who asked, before what is asked for
    re.compile(
        r"(?:^|(?<=[.\n]))\s*[가-힣 ]{0,20}(?:요청|부탁|건의|제안|이슈|문의)(?:사항)?(?:이)?\s?(?:인데요?|이라서요?|라서요?|이 있어서요?|이 와서요?|왔는데요?|입니다)\s*[,.]"
    ),
    # a whole Korean sentence that tells, names no value and orders nothing
    re.compile(
        r"(?:^|(?<=[.!?\n]))\s*(?:(?!빼고|제외|만\s|말고|바꿔|바꾸|변경|옮|수정|올려|올리|내려|내리|늘|줄여|줄이|추가|삭제|제거|허용|꺼|켜|빼|지워|맞춰|설정해|주세요|줘)[^.!?\n\d_])+"
        r"(?:니다|거든요|네요|더라고요|어요|아요|예요|했음|었음|였음|중임|중이에요)\s*[.!~]+"
    ),
)
# Of an English sentence without a value: what makes it more than context.
ORDERS = re.compile(
    r"^\s*(?:in|on|for|within|inside|at|under|with|of|to|from)\b|\b(?:set|change|make|put|add|remove|delete|drop|allow|deny|block|open|close|enable|disable|turn|switch|bump|raise|lower"
    r"|increase|decrease|reduce|move|replace|use|update|only|just|except|but|not|no|never|nothing|nobody|keep|leave|stop|don['’]?t"
    r"|without|unless|if|until|when|after|before|ignore|approve|merge|it|its|there|them|their|that|this)\b|['’]t\b|[\d_=]",
    re.IGNORECASE,
)
# What takes a wish back, puts it off, or tells that it is another's or done: no reason holds it.
TAKES_BACK = re.compile(
    r"""\b(?:cancel|revok|postpon|revert|undo|undid|mistak|jok|kidding|disagree|reject|refus|oppos|forget|never\s?mind|nvm|rumou?r|suppos|imagin|hypothe|pretend
        |alleg|claim|dream|already|done|finished|handled|wrong|however|until|till|unless|provided|except|exclud|skip|scrap|delay|freez|frozen|roll(?:ed|ing)?\s?back)
    | 취소|반려|부결|기각|철회|보류|무효|원복|반대|금지|농담|예시|불필요|거절|연기|미뤄|미루|중단|이미|벌써|롤백|되돌|완료|끝나|끝났|제외|한정|국한|직접|따로|별도""",
    re.VERBOSE | re.IGNORECASE,
)
QUOTED_TEXT = re.compile(r"\"[^\"\n]+\"|`[^`\n]+`|“[^”\n]+”")
# "… every place that knows the old address": says how far a move reaches, which is everywhere.
EVERY = re.compile(
    r"\b(?:every|all|everywhere|everything|everyone|anywhere|wherever|rest|others)\b|전부|모두|모든|(?<![가-힣])다(?![가-힣])|여기저기|곳곳",
    re.IGNORECASE,
)
KNOWS = re.compile(
    r"\b(?:place|places|address|ip|old|references?|mentions?|knows?|points?|use[sd]?|follow|configs?|files?|spots?)\b|곳|주소|설정|적혀|박혀|박힌|참조|군데|남아|맞춰|바라보",
    re.IGNORECASE,
)
LIMITS = re.compile(
    r"\b(?:only|just|except|but|not|keep|leave)\b|(?<![하같되있없맞좋았었겠였했]지)만(?![가-힣])|빼고|제외|말고",
    re.IGNORECASE,
)

KOREAN_NOISE = frozenset(
    """군데 곳들 남아 남은 예전 옛날 구 이전의 있어서 인스턴스 두 세 네 좀 제발 부탁 부탁해 부탁해요 부탁드려요 부탁드립니다 부탁합니다 해줘 줘 주세요 해주세요 줘요 해줘요 주라 감사합니다 감사해요 고마워 고마워요 안녕
    안녕하세요 하이 저기 지금 이제 그냥 이번에 오늘 방금 우리 저희 해당 기존 현재 새 새로운 신규 것 거 걸 그 이 저 요 네 응 빨리 급해 급함 급합니다 얼른 바로
    됩니다 돼요 돼 합니다 해 할게 하자 있는 있던 들어있는 쓰는 쓰던 적힌 되어있는 된 대해 대한 관해 관련 그럼 음 아 값 값을 하고 그리고 및 또 또한 이랑 같이 함께 대신
    에서 부터 까지 으로 로 를 을 에 의 봇 봇아 cfgbot""".split()
)
ENGLISH_NOISE = frozenset(
    """still got have has had own reinstalled rebuilt recreated redeployed tho though ok cheers regards folks guys please pls plz kindly hey hi hello thanks thank you thx the a an our my your its this that these those we i i'd i'll need needs want like
    would to let's lets us just now currently current existing be is are was has have been it they so also then and too as well
    which value s there here ok okay team bot cfgbot must shall will should right over address do up down
    """.split()
) - {"to", "and", "then", "address", "up", "down", "was"}
FOLLOW = frozenset(
    """남아 남은 예전 옛 있는 곳을 다른 서버 서버들 서버들도 나머지 나머지도 관련 설정 모든 전부 전체 다 모두 곳 곳도 데 데도 파일 파일들 것 것도 클라이언트 클라이언트들 방화벽 방화벽도
    같이 함께 그에 거기에 이에 맞게 따라 쪽 들 여기저기 참조 참조하는 바라보는 보는 쓰는 사용하는 주소 클라우드 각 알아서 이거
    place places still old has had update the other others server servers everything else everywhere all references reference accordingly rest config configs configuration
    files file that mention mentions it them adjust make sure follow follows along match too also please as well client clients firewall firewalls
    and to with in services service every any use uses using depend depends on point points us of refers keep sync places place where settings
    so they can still reach their its this change talk talks talking everyone anything connect connects connected reaches pointing
    accordingly whatever wherever matching to match""".split()
)

# Of a follow-up, the words that say that it takes in more and does not limit.
SHARING = frozenset(
    """다른 나머지 나머지도 모든 전부 전체 다 모두 같이 함께 관련 맞게 따라 거기에 그에 이에
    other others everything all everywhere rest too also accordingly follow follows along match references sync""".split()
)
# Particles that say where a wish holds, and so where it does not.
LIMITING = frozenset("만 에서 에서만 들만 에만 쪽만 쪽에서 쪽에서만 안에서".split())
