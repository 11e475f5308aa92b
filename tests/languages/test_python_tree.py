"""Every construct of Python as the tree that the interpreter reads."""

from __future__ import annotations

import pytest
from syntax_dump import lines

PYTHON = [
    ('print "a" % b, c', ["Call(function=print, arguments=[('a' % b), c])"]),
    ("print >>x, y", ["Call(function=print, arguments=[file=x, y])"]),
    ('exec "code" in d', ["Call(function=exec, arguments=['code', d])"]),
    (
        "def f(a, b=1, /, *c, d: int = 2, e: str, **k) -> int: return a",
        [
            "Define(name=f, value=FunctionLiteral(name=f, parameters=[Parameter(target=a), Parameter(target=b, default=1), Parameter(target=c, kind=*), Parameter(target=d, default=2, annotation=int), Parameter(target=e, annotation=str), Parameter(target=k, kind=**)], body=[Return(value=a)]))"
        ],
    ),
    (
        "@d.e(1)\nasync def z():\n    await x\n    yield y",
        [
            "Define(name=z, value=FunctionLiteral(name=z, body=[Await(value=x), Yield(value=y)], is_async, is_generator, decorators=[Call(function=d.e, arguments=[1])]))"
        ],
    ),
    (
        "x = lambda a, *b: a",
        [
            "Assign(target=x, value=FunctionLiteral(parameters=[Parameter(target=a), Parameter(target=b, kind=*)], body=[Return(value=a)]))"
        ],
    ),
    (
        "class A(B, metaclass=M):\n    x = 1\n    def m(self): pass",
        [
            "Define(name=A, value=ClassLiteral(name=A, bases=[B], body=[Assign(target=x, value=1), Define(name=m, value=FunctionLiteral(name=m, parameters=[Parameter(target=self)]))], options=[metaclass=M]))"
        ],
    ),
    (
        'x = f"a{b!r:>{w}}c{{d}}{e=}" \'z\' r"\\n"',
        [
            "Assign(target=x, value=Template(parts=['a', Call(function=format, arguments=[Call(function=repr, arguments=[b]), Template(parts=['>', w])]), 'c{d}e=', Call(function=repr, arguments=[e]), 'z\\\\n']))"
        ],
    ),
    (
        "x = f\"{a['k']}{b:.2f}\"",
        [
            "Assign(target=x, value=Template(parts=[a['k'], Call(function=format, arguments=[b, '.2f'])]))"
        ],
    ),
    ('x = b"\\x41" b"\\u0041"', ["Assign(target=x, value=b'A\\\\u0041')"]),
    ('x = "\\x41\\u0042\\N{BULLET}\\101\\q\\\nz"', ["Assign(target=x, value='AB•A\\\\qz')"]),
    ("a = b = c()", ["Assign(target=a, value=Call(function=c))", "Assign(target=b, value=a)"]),
    ("a, *b = c", ["Assign(target=ListLiteral(items=[a, *b], kind=tuple), value=c)"]),
    (
        "self.x = y = f(z)",
        [
            "Assign(target=y, value=Call(function=f, arguments=[z]))",
            "Assign(target=self.x, value=y)",
        ],
    ),
    (
        "a, b = c = f()",
        [
            "Assign(target=c, value=Call(function=f))",
            "Assign(target=ListLiteral(items=[a, b], kind=tuple), value=c)",
        ],
    ),
    ("x: Event = g()", ["Assign(target=x, value=Call(function=g), annotation=Event)"]),
    ("a @= b", ["Augment(target=a, operator=@, value=b)"]),
    ("a[1:2, ::3, i]", ["a[ListLiteral(items=[1:2:, ::3, i], kind=tuple)]"]),
    ("f(*a, k=1, **b)", ["Call(function=f, arguments=[*a, k=1, **b])"]),
    (
        "f(x for x in y if x)",
        [
            "Call(function=f, arguments=[Comprehension(kind=generator, element=x, clauses=[Clause(target=x, iterable=y, conditions=[x])])])"
        ],
    ),
    (
        "f(n := g())",
        ["Call(function=f, arguments=[AssignExpression(target=n, value=Call(function=g))])"],
    ),
    (
        "a < b <= c not in d is not e",
        ["Logical(operator=and, operands=[(a < b), (b <= c), (c not in d), (d is not e)])"],
    ),
    (
        "a and b and c or not d",
        [
            "Logical(operator=or, operands=[Logical(operator=and, operands=[a, b, c]), Unary(operator=not, operand=d)])"
        ],
    ),
    ("t if c else e", ["Conditional(test=c, then=t, otherwise=e)"]),
    ("x = {**a, 'b': 1}", ["Assign(target=x, value=MapLiteral(entries=[**a, 'b': 1]))"]),
    (
        "x = {k: v for k, v in d.items() if k for x in v}",
        [
            "Assign(target=x, value=Comprehension(kind=dict, element=v, key=k, clauses=[Clause(target=ListLiteral(items=[k, v], kind=tuple), iterable=Call(function=d.items), conditions=[k]), Clause(target=x, iterable=v)]))"
        ],
    ),
    ("x = [*a, b]", ["Assign(target=x, value=ListLiteral(items=[*a, b], kind=list))"]),
    (
        "with (open(a) as f, b): pass",
        ["With(items=[[Call(function=open, arguments=[a]), f], [b, None]])"],
    ),
    (
        "async def w():\n    async with a as b: pass\n    async for x in y: pass",
        [
            "Define(name=w, value=FunctionLiteral(name=w, body=[With(items=[[a, b]]), For(target=x, iterable=y, over=values)], is_async))"
        ],
    ),
    (
        "try: a()\nexcept (A, B) as e: b()\nexcept C: pass\nelse: c()\nfinally: d()",
        [
            "Try(body=[Call(function=a)], handlers=[Handler(types=[A, B], target=e, body=[Call(function=b)]), Handler(types=[C])], otherwise=[Call(function=c)], finally_=[Call(function=d)])"
        ],
    ),
    ("try: pass\nexcept* V as e: pass", ["Try(handlers=[Handler(types=[V], target=e)])"]),
    ("try: pass\nexcept E, e: pass", ["Try(handlers=[Handler(types=[E], target=e)])"]),
    (
        "if a: b\nelif c: d\nelse: e",
        ["If(test=a, then=[b], otherwise=[If(test=c, then=[d], otherwise=[e])])"],
    ),
    ("while a: break\nelse: continue", ["While(test=a, body=[Break()], otherwise=[Continue()])"]),
    (
        "for a, b in c: pass",
        ["For(target=ListLiteral(items=[a, b], kind=tuple), iterable=c, over=values)"],
    ),
    ("raise A(x) from b", ["Raise(value=Call(function=A, arguments=[x]))"]),
    ("del a, b[c]", ["Unary(operator=delete, operand=a)", "Unary(operator=delete, operand=b[c])"]),
    (
        'assert a, "m"',
        [
            "If(test=Unary(operator=not, operand=a), then=[Raise(value=Call(function=AssertionError, arguments=['m']))])"
        ],
    ),
    ("global q, r", ["Scope(kind=global, names=['q', 'r'])"]),
    (
        "import a.b, c.d as e",
        ["Import(module=a.b, name=a, binds_root)", "Import(module=c.d, name=e)"],
    ),
    (
        "from . import a as b, c",
        ["Import(module=., symbol=a, name=b)", "Import(module=., symbol=c, name=c)"],
    ),
    (
        "from ..x.y import (d,\n  e)",
        ["Import(module=..x.y, symbol=d, name=d)", "Import(module=..x.y, symbol=e, name=e)"],
    ),
    ("from x import *", ["Import(module=x, symbol=*, name=*)"]),
    (
        'match a.b:\n    case "x" | -1: f()\n    case {"k": v, **o}: g(v)\n    case [1, p, *rest] if p: h()\n    case C(x, y=z) as w: pass\n    case M.N: pass\n    case _: i()',
        [
            "Assign(target=match subject, value=a.b)",
            "Switch(subject=match subject, cases=[[['x', 1], [Call(function=f)]], [[Opaque(kind=pattern)], [Assign(target=v, value=match subject['k']), Assign(target=o, value=match subject), Call(function=g, arguments=[v])]], [[Opaque(kind=pattern)], [Assign(target=p, value=match subject[1]), Assign(target=rest, value=match subject[2::]), If(test=p, then=[Call(function=h)])]], [[Opaque(kind=pattern)], [Assign(target=x, value=match subject), Assign(target=z, value=match subject.y), Assign(target=w, value=match subject)]], [[M.N], []], [[], [Call(function=i)]]])",
        ],
    ),
    ("x = yield from z", ["Assign(target=x, value=Yield(value=z, delegate))"]),
    (
        "type X = int\ndef g[T](x: T): ...",
        [
            "Define(name=g, value=FunctionLiteral(name=g, parameters=[Parameter(target=x, annotation=T)]))"
        ],
    ),
    (
        "x = 0777 + 10L + 0x1F + 1_000 + 1.5e3 + -2",
        ["Assign(target=x, value=(((((511 + 10) + 31) + 1000) + 1500.0) + -2))"],
    ),
]


@pytest.mark.parametrize(("source", "expected"), PYTHON)
def test_python(source: str, expected: list[str]) -> None:
    assert lines(source, "python") == expected
