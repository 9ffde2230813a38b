"""The duel: two players derive, attack and answer; checked facts decide which claims stand.

Pure: state and rules only. ``bot.duelling`` asks the models. Nothing here merges anything; the
gate judges the candidate that is kept like any other.
"""
