"""Words that tell how, why or since when, and never which place or which value.

Data and endings only. A filler is left out where the repository knows nothing of that name; a word
that could name a server, a scope, a condition or a negation is none.
"""

from __future__ import annotations

import re

_ENGLISH = frozenset(
    """again already always anymore anyway apparently badly basically bit constantly definitely even ever finally frankly
    fully generally gladly greatly hardly heavily honestly immediately just kinda lately literally little longer
    mostly much nicely obviously often otherwise particularly permanently pretty properly quickly quite really recently
    seriously simply slowly sometimes somewhere soonish sure surely temporarily thoroughly today totally truly very well
    yet yesterday's week weeks month months morning evening night nights
    bigger smaller larger higher faster slower better worse nicer proper good bad great happy sad annoying weird wrong
    correct early late busy quiet noisy flaky overloaded crowded cramped tired painful ugly strict generous relaxed
    sits sitting runs running lives living stands standing keeps keeping goes going went gone comes coming came seems
    looks feels feel gets getting gave given gives needed wanted wants wanting asked asks asking said says told tells
    think thinks thought know knows known knew see sees seen saw guess hope hopes hoping believe decided agreed promised
    complain complains complained complaining hammer hammering kills killing died dying dies breaks broke broken breaking
    fails failing failed hits hitting suffer suffers struggling struggles starts started starting began begin happens
    happened happening turns turned moved bought rented ordered replaced upgraded retired decommissioned
    everybody everyone people folks colleagues boss customers customer ops guys mate friend friends team teams
    because reason reasons thing things stuff matter matters issue issues problem problems trouble storm storms incident
    outage outages maintenance traffic load peak rush weekend season sale campaign release party
    yes yeah yep nope hmm well oh ah ok sorry fyi ps
    own extra whole entire same usual regular actual real full total overall certain
    that's it's there's here's let's we're they're you're i'm i've we've who whom whose where why how than
    could may can get got make makes made making give have having having't let lets take takes took""".split()
)
_KOREAN = re.compile(
    r"(?:는데|은데|인데|아서|어서|여서|라서|해서|워서|와서|려고|으려고|도록|다고|다는|라고|냐고|자고|던데|던|지만|면서|느라|길래|니까"
    r"|았어|었어|였어|했어|됐어|갔어|왔어|네요|거든|거든요|더라|더라고요|라네요|답니다|랍니다|습니다|합니다|입니다|됩니다"
    r"|하는|되는|있는|없는|나는|가는|오는|쓰는|보는|주는|받는|지는|치는|리는|나가는|들어오는|있던|하던|되던|된|한|인|할|될|혀|져)$"
)
_ADVERBS = frozenset(
    """자꾸 밤새 요즘 최근 최근에 어제 오늘 아까 방금 드디어 이미 벌써 계속 항상 자주 가끔 너무 많이 아주 매우 훨씬 더 덜 좀더 조금더 일단 우선 그래서
    그러니 그러니까 아무래도 왠지 사실 진짜 정말 혹시나 덕분에 대로 김에 겸 편하게 넉넉하게 넉넉히 충분히 확 싹 쭉 슬슬 이번 이번에 지난 지난주 어젯밤 새벽
    새벽에 저녁 아침 점심 주말 장애 이슈 문제 때문 탓 건 것들 분들 사람들 고객 고객님 팀 팀장님 대표님 사장님 님 씨 형 여기 거기 저기 이쪽 그쪽 여기도 그리고요""".split()
)


def is_filler(word: str) -> bool:
    """True for a word that says nothing of places or values, in English or by its Korean ending."""
    if word.isascii():
        return word.lower() in _ENGLISH
    return word in _ADVERBS or (len(word) > 2 and _KOREAN.search(word) is not None)
