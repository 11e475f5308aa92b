"""Every construct of JavaScript and TypeScript as the tree that the interpreter reads."""

from __future__ import annotations

import pytest
from syntax_dump import lines

JAVASCRIPT = [
    (
        "class A extends B { #x = 1; static y = 2; get z() {return 1} static async *m() {} [k]() {} static { a(); } }",
        [
            "Define(name=A, value=ClassLiteral(name=A, bases=[B], body=[Assign(target=#x, value=1), Assign(target=y, value=2), Define(name=z, value=FunctionLiteral(name=z, body=[Return(value=1)]), accessor=get), Define(name=m, value=FunctionLiteral(name=m, is_async, is_generator), static), Define(name=[k], value=FunctionLiteral(name=[k])), Block(body=[Call(function=a)])]))"
        ],
    ),
    (
        "const {a, b: {c}, d = 1, 'e': f, [g]: h, ...r} = x;",
        [
            "Assign(target=MapLiteral(entries=['a': a, 'b': MapLiteral(entries=['c': c]), 'd': Default(target=d, value=1), 'e': f, g: h, **r]), value=x, declares=const)"
        ],
    ),
    (
        "const [p,, q = 2, ...s] = y;",
        [
            "Assign(target=ListLiteral(items=[p, None, Default(target=q, value=2), *s], kind=list), value=y, declares=const)"
        ],
    ),
    ("a?.b?.[c]?.(d);", ["Call(function=a?.b[c], arguments=[d], optional)"]),
    (
        "tag`a${x}b`;",
        ["Call(function=tag, arguments=[ListLiteral(items=['a', 'b'], kind=list), x], tagged)"],
    ),
    ("x = `a${b}\\n${c}`;", ["Assign(target=x, value=Template(parts=['a', b, '\\n', c]))"]),
    (
        "for (const [k, v] of o) f(k);",
        [
            "For(target=ListLiteral(items=[k, v], kind=list), iterable=o, body=[Call(function=f, arguments=[k])], over=values, declares=const)"
        ],
    ),
    ("for (k in o) ;", ["For(target=k, iterable=o, over=keys)"]),
    (
        "for (var i = 0, j; i < 3; i++) f(i);",
        [
            "Block(body=[Assign(target=i, value=0, declares=var), Assign(target=j, value=None, declares=var), While(test=(i < 3), body=[Call(function=f, arguments=[i]), Augment(target=i, operator=+, value=1)])])"
        ],
    ),
    ("for (;;) { break }", ["Block(body=[While(test=True, body=[Break()])])"]),
    (
        "import d, {e as f, g} from \"h\"; import * as k from 'l'; import 'bare';",
        [
            "Import(module=h, symbol=default, name=d)",
            "Import(module=h, symbol=e, name=f)",
            "Import(module=h, symbol=g, name=g)",
            "Import(module=l, name=k)",
            "Import(module=bare)",
        ],
    ),
    (
        'export * from "m"; export * as ns from "m"; export { a as default, b } from \'n\'; export { c };',
        [
            "Export(name=*, module=m)",
            "Export(name=ns, module=m, symbol=*)",
            "Export(name=default, module=n, symbol=a)",
            "Export(name=b, module=n, symbol=b)",
            "Export(name=c, value=c)",
        ],
    ),
    (
        "export default async function () {}",
        ["Export(name=default, value=FunctionLiteral(is_async))"],
    ),
    (
        "export const {a, b: [c]} = d, e = 1;",
        [
            "Assign(target=MapLiteral(entries=['a': a, 'b': ListLiteral(items=[c], kind=list)]), value=d, declares=const)",
            "Assign(target=e, value=1, declares=const)",
            "Export(name=a, value=a)",
            "Export(name=c, value=c)",
            "Export(name=e, value=e)",
        ],
    ),
    (
        "export function f() {} export default class G {}",
        [
            "Define(name=f, value=FunctionLiteral(name=f))",
            "Export(name=f, value=f)",
            "Define(name=G, value=ClassLiteral(name=G))",
            "Export(name=default, value=G)",
        ],
    ),
    (
        'const x = await import("x"); import.meta.url;',
        [
            "Assign(target=x, value=Await(value=Call(function=import, arguments=['x'])), declares=const)",
            "import.meta.url",
        ],
    ),
    (
        "async () => { await (await a.b()).c() }",
        [
            "FunctionLiteral(body=[Call(function=Await(value=Await(value=Call(function=a.b))).c)], is_async, is_arrow)"
        ],
    ),
    (
        "x = {get a() { return b }, async b() {}, [c]: 1, 'd': 2, 3: 4, ...e, f};",
        [
            "Assign(target=x, value=MapLiteral(entries=['a': Call(function=FunctionLiteral(name=a, body=[Return(value=b)])), 'b': FunctionLiteral(name=b, is_async), c: 1, 'd': 2, '3': 4, **e, 'f': f]))"
        ],
    ),
    (
        "if (a) b(); else if (c) d(); else { e() }",
        [
            "If(test=a, then=[Call(function=b)], otherwise=[If(test=c, then=[Call(function=d)], otherwise=[Call(function=e)])])"
        ],
    ),
    ("lbl: while (1) continue lbl;", ["Block(body=[While(test=1, body=[Continue()])])"]),
    ("do x(); while (y)", ["While(test=y, body=[Call(function=x)])"]),
    (
        "switch (a) { case 1: case 2: b(); break; default: c() }",
        [
            "Switch(subject=a, cases=[[[1], []], [[2], [Call(function=b), Break()]], [[], [Call(function=c)]]], falls_through)"
        ],
    ),
    (
        "try { a() } catch { b() } finally { c() }",
        [
            "Try(body=[Call(function=a)], handlers=[Handler(body=[Call(function=b)])], finally_=[Call(function=c)])"
        ],
    ),
    (
        "try { a() } catch ({message}) { b() }",
        [
            "Try(body=[Call(function=a)], handlers=[Handler(target=MapLiteral(entries=['message': message]), body=[Call(function=b)])])"
        ],
    ),
    (
        "x = <div a={b} {...c}>{d} text <E/></div>;",
        [
            "Assign(target=x, value=Opaque(kind=jsx, children=[div, b, *c, d, Opaque(kind=jsx, children=[E]), div]))"
        ],
    ),
    (
        "f((a = b) => a, a => { b() }, async ({x}, [y], ...w) => {}, function* n() { yield* a });",
        [
            "Call(function=f, arguments=[FunctionLiteral(parameters=[Parameter(target=a, default=b)], body=[Return(value=a)], is_arrow), FunctionLiteral(parameters=[Parameter(target=a)], body=[Call(function=b)], is_arrow), FunctionLiteral(parameters=[Parameter(target=MapLiteral(entries=['x': x])), Parameter(target=ListLiteral(items=[y], kind=list)), Parameter(target=w, kind=*)], is_async, is_arrow), FunctionLiteral(name=n, body=[Yield(value=a, delegate)], is_generator)])"
        ],
    ),
    (
        "a ||= b; i++; x = y = z; x += 1, b();",
        [
            "Augment(target=a, operator=or, value=b)",
            "Augment(target=i, operator=+, value=1)",
            "Assign(target=x, value=AssignExpression(target=y, value=z))",
            "Augment(target=x, operator=+, value=1)",
            "Call(function=b)",
        ],
    ),
    (
        "[a, b] = [b, a]; ({a, b: c.d} = e);",
        [
            "Assign(target=ListLiteral(items=[a, b], kind=list), value=ListLiteral(items=[b, a], kind=list))",
            "Assign(target=MapLiteral(entries=['a': a, 'b': c.d]), value=e)",
        ],
    ),
    (
        "x = /a\\/b/gi; y = 'a\\x41\\u{1F600}\\'\\0'; z = 0x1F; n = 10n;",
        [
            "Assign(target=x, value=RegularExpression(pattern=a\\/b, flags=gi))",
            'Assign(target=y, value="aA😀\'\\x00")',
            "Assign(target=z, value=31)",
            "Assign(target=n, value=10)",
        ],
    ),
    (
        "delete a[b]; x = 'a' in b; x = typeof a === \"b\" && !(c instanceof D) || e ?? f;",
        [
            "Unary(operator=delete, operand=a[b])",
            "Assign(target=x, value=('a' in b))",
            "Assign(target=x, value=Logical(operator=??, operands=[Logical(operator=or, operands=[Logical(operator=and, operands=[(Unary(operator=typeof, operand=a) == 'b'), Unary(operator=not, operand=(c instanceof D))]), e]), f]))",
        ],
    ),
    (
        "x = a ? b : c; x = (a, b);",
        [
            "Assign(target=x, value=Conditional(test=a, then=b, otherwise=c))",
            "Assign(target=x, value=SequenceExpression(items=[a, b]))",
        ],
    ),
    (
        "new A(b); new C; throw new Error(`x`);",
        [
            "Call(function=A, arguments=[b], new)",
            "Call(function=C, new)",
            "Raise(value=Call(function=Error, arguments=['x'], new))",
        ],
    ),
    (
        "module.exports.handler = async function (event, context) { return event.body }",
        [
            "Assign(target=module.exports.handler, value=FunctionLiteral(parameters=[Parameter(target=event), Parameter(target=context)], body=[Return(value=event.body)], is_async))"
        ],
    ),
    (
        "this.a = super.b(new.target);",
        ["Assign(target=this.a, value=Call(function=super.b, arguments=[new.target]))"],
    ),
    ("with (a) b();", ["With(items=[[a, None]], body=[Call(function=b)])"]),
    ('x = a - b - c + "d";', ["Assign(target=x, value=(((a - b) - c) + 'd'))"]),
    ("using r = f();", ["Assign(target=r, value=Call(function=f), declares=const)"]),
]

TYPESCRIPT = [
    (
        'import type { X } from \'x\'; import { type Y, z } from "y"; import fs = require("fs"); import Al = A.B;',
        [
            "Import(module=y, symbol=z, name=z)",
            "Assign(target=fs, value=Call(function=require, arguments=['fs']), declares=const)",
            "Assign(target=Al, value=A.B, declares=const)",
        ],
    ),
    ("export = foo;", ["Assign(target=module.exports, value=foo)"]),
    (
        "class A<T> extends B<T> implements C { private readonly x: number = 1; declare z; constructor(private readonly a: string, public b = 2, c?: number) { super(); } m(this: A): void; }",
        [
            "Define(name=A, value=ClassLiteral(name=A, bases=[B], body=[Assign(target=x, value=1), Define(name=constructor, value=FunctionLiteral(name=constructor, parameters=[Parameter(target=a), Parameter(target=b, default=2), Parameter(target=c)], body=[Assign(target=this.a, value=a), Assign(target=this.b, value=b), Call(function=super)]))]))"
        ],
    ),
    (
        "@Injectable() export class S { @Get() async q(@Body() body: Dto): Promise<void> {} }",
        [
            "Define(name=S, value=ClassLiteral(name=S, body=[Define(name=q, value=FunctionLiteral(name=q, parameters=[Parameter(target=body, annotation=Dto, decorators=[Call(function=Body)])], is_async, decorators=[Call(function=Get)]))], decorators=[Call(function=Injectable)]))",
            "Export(name=S, value=S)",
        ],
    ),
    (
        'enum E { A, B = 5, C, D = "x" }',
        [
            "Assign(target=E, value=MapLiteral(entries=['A': 0, 'B': 5, 'C': 6, 'D': 'x']), declares=const)"
        ],
    ),
    (
        "namespace N { export const a = 1; function g() {} }",
        [
            "Assign(target=N, value=Call(function=FunctionLiteral(body=[Assign(target=a, value=1, declares=const), Define(name=g, value=FunctionLiteral(name=g)), Return(value=MapLiteral(entries=['a': a]))])), declares=const)"
        ],
    ),
    (
        'declare module "foo" { } declare const zz: string; interface I { b(): void } type T = { a: string };',
        [],
    ),
    (
        "function over(a: string): void; function over(a: any) { return a as string; }",
        [
            "Define(name=over, value=FunctionLiteral(name=over, parameters=[Parameter(target=a)], body=[Return(value=a)]))"
        ],
    ),
    (
        "x = <string>v; y = x!.z; w = a satisfies B; foo<string>(a); new Map<string, X>();",
        [
            "Assign(target=x, value=v)",
            "Assign(target=y, value=x.z)",
            "Assign(target=w, value=a)",
            "Call(function=foo, arguments=[a])",
            "Call(function=Map, new)",
        ],
    ),
    (
        "export const handler: Handler<E, R> = async (event: APIGatewayProxyEvent, { a }: P = {}, ...rest: any[]): Promise<R> => { };",
        [
            "Assign(target=handler, value=FunctionLiteral(parameters=[Parameter(target=event, annotation=APIGatewayProxyEvent), Parameter(target=MapLiteral(entries=['a': a]), default=MapLiteral(), annotation=P), Parameter(target=rest, kind=*)], is_async, is_arrow, answers=['R']), declares=const, annotation=Handler)",
            "Export(name=handler, value=handler)",
        ],
    ),
]


@pytest.mark.parametrize(("source", "expected"), JAVASCRIPT)
def test_javascript(source: str, expected: list[str]) -> None:
    assert lines(source, "javascript") == expected


@pytest.mark.parametrize(("source", "expected"), TYPESCRIPT)
def test_typescript(source: str, expected: list[str]) -> None:
    assert lines(source, "typescript") == expected
