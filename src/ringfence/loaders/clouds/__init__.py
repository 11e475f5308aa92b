"""Functions of other clouds than AWS, as their code and the manifests beside it declare them.

Azure Functions, Google Cloud Functions, Firebase, Knative and OpenFaaS have no template that is
read here; but a decorator, a call that registers a handler, or a small manifest says what starts
each function, and often who may. ``names`` tells which library a name of the code means,
``python`` and ``script`` read registrations in code, ``manifests`` what stands beside it;
``entries`` makes triggers of what they found.
"""

from __future__ import annotations

from ringfence.loaders.clouds.entries import Entry

#: A file that holds none of these registers nothing.
_MARKS = {
    "python": (
        "azure.functions",
        "functions_framework",
        "firebase_functions",
        "azure import",
        "chalice",
    ),
    "javascript": ("@azure/functions", "@google-cloud/functions-framework", "firebase-functions"),
}


def entries_in(file: str, text: str, language: str) -> list[Entry]:
    """What a source file registers; [] for one that uses no library of these clouds."""
    shelf = "python" if language == "python" else "javascript"
    if not any(mark in text for mark in _MARKS[shelf]):
        return []
    from ringfence.languages import parse_source

    module = parse_source(file, text, language)
    if language == "python":
        from ringfence.loaders.clouds.chalice import routes_of
        from ringfence.loaders.clouds.python import entries_of

        return routes_of(module, file) or entries_of(module, file)
    from ringfence.loaders.clouds.script import entries_of as entries_of_script

    return entries_of_script(module, file)
