"""Generated input for every surface on which a scan meets text that a stranger wrote.

``surfaces`` names them: where the bytes go, and from which seeds mutation starts. ``invariants``
says what must hold whatever the bytes are. ``mutation`` changes seeds, ``grammar`` (hypothesis)
builds input that is right in form and wrong in everything else. The tests here run a seeded sample
and all of ``../corpus``, where every input that once broke something is kept;
``bench/fuzz.py`` runs the surfaces guided by coverage, for as long as one likes.
"""
