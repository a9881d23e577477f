"""What an auditor asks of a history: was every change judged, is it still the history that it was, and the proof.

``replay`` says which commits went round the gate and when each red flag came and went. ``chain`` and ``checkpoint``
write down a history so that it can be held against itself later, ``verification`` says what that proves and what it
does not, and ``pack`` puts all of it into a folder for somebody who has nothing but git. Nothing here reads git.
"""
