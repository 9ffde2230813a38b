"""Injections: text that tries to talk its way to a merge, in requests and in files.

``payloads.yml`` is what attackers write, ``aims.yml`` what they are after and what people really
wanted, ``scene/`` the repository it happens in.
"""
