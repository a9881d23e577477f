"""Deciding: what somebody is shown before they sign, what the statement says, and where decisions stand today.

``bounds`` says how far an approval reaches, ``drafts`` writes statements, ``standing`` tells which approvals hold now,
``listing`` shows decisions. Whether a signature is good is a matter of ``decisions``. Nothing here reads a file or a
clock.
"""
