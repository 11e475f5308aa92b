"""From handler strings to files: what people write, with and without builds in between."""

from __future__ import annotations

from pathlib import Path

import pytest
from aws_helpers import JAVASCRIPT, PYTHON, app, cfn, function, sam, the
from hypothesis import given
from hypothesis import strategies as st

from ringfence.loaders.code import CodeFinder, CodeRequest, splits

ES = "export const handler = async (event: any) => event;\n"

CASES = [
    # language, code path, handler, files, expected
    ("python", "src", "app.handler", ["src/app.py"], "src/app.py::handler"),
    ("python", "src/", "orders.api.handler", ["src/orders/api.py"], "src/orders/api.py::handler"),
    ("python", ".", "src/app.handler", ["src/app.py"], "src/app.py::handler"),
    ("python", ".", "src/orders.api.handler", ["src/orders/api.py"], "src/orders/api.py::handler"),
    ("python", "./fn", "pkg.handler", ["fn/pkg/__init__.py"], "fn/pkg/__init__.py::handler"),
    ("python", "fn/app.py", "app.handler", ["fn/app.py"], "fn/app.py::handler"),
    (
        "python",
        ".aws-sam/build/Fn",
        "app.handler",
        ["functions/fn/app.py"],
        "functions/fn/app.py::handler",
    ),
    ("python", "build/fn", "app.handler", ["src/fn/app.py"], "src/fn/app.py::handler"),
    ("javascript", "src", "index.handler", ["src/index.js"], "src/index.js::handler"),
    ("javascript", "src", "index.handler", ["src/index.mjs"], "src/index.mjs::handler"),
    ("javascript", ".", "src/index.api.handler", ["src/index.js"], "src/index.js::api.handler"),
    ("javascript", "src", "app.handler", ["src/app.ts"], "src/app.ts::handler"),
    ("javascript", "src", "app.handler", ["src/app.ts", "src/app.js"], "src/app.ts::handler"),
    (
        "javascript",
        "src",
        "orders.handler",
        ["src/orders/index.js"],
        "src/orders/index.js::handler",
    ),
    ("javascript", ".", "dist/app.handler", ["src/app.ts"], "src/app.ts::handler"),
    ("javascript", ".", "dist/orders/app.handler", ["orders/app.ts"], "orders/app.ts::handler"),
    ("javascript", "dist", "fn/app.handler", ["src/fn/app.ts"], "src/fn/app.ts::handler"),
    (
        "javascript",
        "dist/fn",
        "index.handler",
        ["lambda/fn/index.ts"],
        "lambda/fn/index.ts::handler",
    ),
    ("javascript", ".", "my.app.handler", ["my.app.js"], "my.app.js::handler"),
    (
        "javascript",
        "dist",
        "get.handler",
        ["src/deep/down/get.ts"],
        "src/deep/down/get.ts::handler",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[1]} {case[2]}")
def test_handler_resolves(tmp_path: Path, case: tuple[str, str, str, list[str], str]) -> None:
    language, path, handler, files, expected = case
    for file in files:
        target = tmp_path / file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(PYTHON if file.endswith(".py") else JAVASCRIPT)
    code, problem = CodeFinder(tmp_path).locate(CodeRequest("", path, handler, language))
    assert problem == ""
    assert code is not None
    assert f"{code.file}::{code.symbol}" == expected


@pytest.mark.parametrize(
    ("path", "handler", "problem"),
    [
        ("../up", "app.handler", "the code path ../up leads out of the scanned folder"),
        ("/etc", "app.handler", "the code path /etc leads out of the scanned folder"),
        ("gone", "app.handler", "the code folder gone does not exist"),
        ("src", "other.handler", "no source file for the handler 'other.handler' in src"),
        ("src", "handler", "the handler 'handler' names no symbol in a module"),
        ("fn.zip", "app.handler", "the code is an archive (fn.zip)"),
    ],
)
def test_problems_are_said(tmp_path: Path, path: str, handler: str, problem: str) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src/app.py").write_text(PYTHON)
    (tmp_path / "fn.zip").write_bytes(b"PK")
    found = CodeFinder(tmp_path).locate(CodeRequest("", path, handler, "python"))
    assert found == (None, problem)


def test_link_that_leaves_the_root_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "app.py").write_text(PYTHON)
    root = tmp_path / "root"
    root.mkdir()
    (root / "src").symlink_to(outside)
    code, problem = CodeFinder(root).locate(CodeRequest("", "src", "app.handler", "python"))
    assert (code, problem) == (None, "the code folder src does not exist")


def test_two_equal_candidates_are_no_answer(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "app.py").write_text(PYTHON)
    code, _ = CodeFinder(tmp_path).locate(CodeRequest("", "build", "app.handler", "python"))
    assert code is None


@given(st.text(max_size=40), st.sampled_from(["python", "javascript"]))
def test_any_handler_text_splits_into_module_and_symbol(handler: str, language: str) -> None:
    for module, symbol in splits(handler, language):
        assert isinstance(module, str)
        assert symbol == "" or symbol in handler


def test_bundled_entry_point(tmp_path: Path) -> None:
    template = sam(
        """
        Fn:
          Type: AWS::Serverless::Function
          Metadata:
            BuildMethod: esbuild
            BuildProperties: {EntryPoints: [handlers/orders.ts]}
          Properties: {CodeUri: src, Handler: orders.handler, Runtime: nodejs20.x}
        """
    )
    found = the(app(tmp_path, template, {"src/handlers/orders.ts": ES}), "Fn")
    assert found.code is not None
    assert found.code.file == "src/handlers/orders.ts"
    assert found.language == "typescript"


def test_inline_code_keeps_its_lines(tmp_path: Path) -> None:
    template = """
    Resources:
      Fn:
        Type: AWS::Lambda::Function
        Properties:
          Runtime: nodejs20.x
          Handler: index.handler
          Role: arn:aws:iam::123456789012:role/given
          Code:
            ZipFile: |
              exports.handler = async (event) => event;
    """
    found = the(app(tmp_path, template), "Fn")
    assert found.code is not None
    assert found.code.inline == "exports.handler = async (event) => event;\n"
    assert found.code.symbol == "handler"
    assert found.code.file == "template.yaml"
    assert (found.code.inline_location.line, found.code.inline_location.column) == (11, 11)


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("ZipFile: 'def handler(e, c): pass'", 9),
        ("ZipFile: |-\n              def handler(e, c): pass", 10),
        ("ZipFile: !Sub |\n              def handler(e, c): return '${AWS::Region}'", 10),
        ("ZipFile:\n              Fn::Sub: |\n                def handler(e, c): pass", 11),
    ],
)
def test_first_line_of_inline_code(tmp_path: Path, code: str, line: int) -> None:
    template = f"""
    Resources:
      Fn:
        Type: AWS::Lambda::Function
        Properties:
          Runtime: python3.12
          Handler: index.handler
          Code:
            {code}
    """
    found = the(app(tmp_path, template), "Fn")
    assert found.code is not None
    assert found.code.inline_location.line == line


def test_layers_with_local_content(tmp_path: Path) -> None:
    template = sam(
        """
        Shared:
          Type: AWS::Serverless::LayerVersion
          Properties: {ContentUri: layers/shared}
        Fn:
          Type: AWS::Serverless::Function
          Properties:
            CodeUri: src
            Handler: app.handler
            Runtime: python3.12
            Layers: [!Ref Shared, arn:aws:lambda:eu-west-1:123456789012:layer:other:1]
        """
    )
    files = {"src/app.py": PYTHON, "layers/shared/python/util.py": "x = 1\n"}
    found = the(app(tmp_path, template, files), "Fn")
    assert found.code is not None
    assert found.code.layers == ("layers/shared/python", "layers/shared")
    assert len(found.layers) == 2


def test_container_image_with_a_local_dockerfile(tmp_path: Path) -> None:
    template = sam(
        """
        Fn:
          Type: AWS::Serverless::Function
          Metadata: {DockerContext: ./image, Dockerfile: Dockerfile}
          Properties: {PackageType: Image}
        """
    )
    docker = 'FROM public.ecr.aws/lambda/python:3.12\nCOPY app/ ./\nCMD ["main.handler"]\n'
    files = {"image/Dockerfile": docker, "image/app/main.py": PYTHON}
    found = the(app(tmp_path, template, files), "Fn")
    assert found.code is not None
    assert (found.code.file, found.code.symbol) == ("image/app/main.py", "handler")
    assert (found.package, found.runtime, found.language) == ("image", "python3.12", "python")


IMAGE = """
    {name}:
      Type: AWS::Serverless::Function
      Properties: {{PackageType: Image, ImageUri: !Ref Uri}}
    """
PARAMETER = "Parameters: {Uri: {Type: String}}\n"
DOCKER = 'FROM public.ecr.aws/lambda/python:3.12\nCMD ["app.handler"]\n'


def test_the_only_dockerfile_is_that_of_the_only_image(tmp_path: Path) -> None:
    files = {"src/Dockerfile": DOCKER, "src/app.py": PYTHON}
    found = the(app(tmp_path, PARAMETER + sam(IMAGE.format(name="Fn")), files), "Fn")
    assert found.code is not None
    assert (found.code.root, found.code.file, found.code.symbol) == ("src", "src/app.py", "handler")


@pytest.mark.parametrize(
    ("names", "folders"), [(("One", "Two"), ("src",)), (("One",), ("src", "other"))]
)
def test_which_dockerfile_is_not_guessed(
    tmp_path: Path, names: tuple[str, ...], folders: tuple[str, ...]
) -> None:
    files = {f"{folder}/Dockerfile": DOCKER for folder in folders} | {"src/app.py": PYTHON}
    template = PARAMETER + sam(*[IMAGE.format(name=name) for name in names])
    found = the(app(tmp_path, template, files), "One")
    assert found.code_problem == "the code is a container image without a local build context"


@pytest.mark.parametrize(
    ("command", "symbol"),
    [
        ("exec python -m uvicorn --port=$PORT app:api", "api"),
        ("gunicorn 'app:make_app()' -b 0.0.0.0:8080", "make_app"),
    ],
)
def test_a_start_script_names_the_application_that_it_serves(
    tmp_path: Path, command: str, symbol: str
) -> None:
    template = sam(
        """
        Fn:
          Type: AWS::Serverless::Function
          Properties: {Runtime: python3.12, Handler: run.sh, CodeUri: src}
        """
    )
    files = {"src/run.sh": f"#!/bin/bash\n{command}\n", "src/app.py": "api = 1\n"}
    found = the(app(tmp_path, template, files), "Fn")
    assert found.code is not None
    assert (found.handler, found.code.file, found.code.symbol) == ("run.sh", "src/app.py", symbol)


def test_a_start_script_without_an_application_is_said(tmp_path: Path) -> None:
    template = sam(
        """
        Fn:
          Type: AWS::Serverless::Function
          Properties: {Runtime: nodejs22.x, Handler: run.sh, CodeUri: src}
        """
    )
    files = {"src/run.sh": "#!/bin/bash\nexec node app.js\n", "src/app.js": "x\n"}
    found = the(app(tmp_path, template, files), "Fn")
    assert found.code_problem == "the handler run.sh is a script that starts a server"


def test_a_start_script_in_a_bucket_is_said(tmp_path: Path) -> None:
    template = sam(
        """
        Fn:
          Type: AWS::Serverless::Function
          Properties: {Runtime: python3.12, Handler: run.sh, CodeUri: 's3://bucket/key.zip'}
        """
    )
    found = the(app(tmp_path, template), "Fn")
    assert found.code_problem == "the handler run.sh is a script that starts a server"


@pytest.mark.parametrize(
    ("handler", "language"), [("index.handler", "javascript"), ("bootstrap", "custom")]
)
def test_a_custom_runtime_may_run_code_that_is_read(
    tmp_path: Path, handler: str, language: str
) -> None:
    template = sam(
        f"""
        Fn:
          Type: AWS::Serverless::Function
          Properties: {{Runtime: provided.al2023, Handler: {handler}, CodeUri: src}}
        """
    )
    found = the(app(tmp_path, template, {"src/index.js": JAVASCRIPT}), "Fn")
    assert found.language == language
    assert (found.code is not None) == (language == "javascript")
    if found.code is None:
        assert found.code_problem == "language not analysed: custom (provided.al2023)"


def test_an_image_may_serve_an_application(tmp_path: Path) -> None:
    docker = 'FROM python:3.12\nCMD ["uvicorn", "main:app", "--port", "8080"]\n'
    files = {"src/Dockerfile": docker, "src/main.py": "app = 1\n"}
    found = the(app(tmp_path, PARAMETER + sam(IMAGE.format(name="Fn")), files), "Fn")
    assert found.code is not None
    assert (found.code.file, found.code.symbol) == ("src/main.py", "app")


BUCKETED = """
    Fn:
      Type: AWS::Lambda::Function
      Properties:
        Runtime: python3.12
        Handler: app.handler
        Role: r
        Code: {S3Bucket: !Ref Store, S3Key: releases/orders.zip}
    """


def test_an_archive_in_a_bucket_has_its_source_in_a_folder_of_its_name(tmp_path: Path) -> None:
    files = {"src/orders/app.py": PYTHON, "src/other/app.py": PYTHON, "orders/readme.md": ""}
    found = the(app(tmp_path, cfn(BUCKETED), files), "Fn")
    assert found.code is not None
    assert found.code.file == "src/orders/app.py"


@pytest.mark.parametrize(
    ("handler", "file"),
    [("app.handler", "app.py"), ("shop.api.handler", "backend/shop/api.py")],
)
def test_an_archive_in_a_bucket_has_its_source_where_its_handler_lies(
    tmp_path: Path, handler: str, file: str
) -> None:
    template = cfn(BUCKETED.replace("app.handler", handler))
    found = the(app(tmp_path, template, {file: PYTHON}), "Fn")
    assert found.code is not None
    assert found.code.file == file


@pytest.mark.parametrize("files", [["other/app.py"], ["a/orders/app.py", "b/orders/app.py"]])
def test_which_source_an_archive_has_is_not_guessed(tmp_path: Path, files: list[str]) -> None:
    found = the(app(tmp_path, cfn(BUCKETED), dict.fromkeys(files, PYTHON)), "Fn")
    assert found.code_problem == "the code is in S3 (${Store}/releases/orders.zip)"


def test_code_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    template = cfn(
        """
        Java:
          Type: AWS::Lambda::Function
          Properties: {Runtime: java21, Handler: a.B::c, Role: r, Code: {S3Bucket: b, S3Key: k}}
        Bucketed:
          Type: AWS::Lambda::Function
          Properties:
            {Runtime: python3.12, Handler: app.handler, Role: r, Code: {S3Bucket: b, S3Key: k.zip}}
        Container:
          Type: AWS::Lambda::Function
          Properties: {PackageType: Image, Role: r, Code: {ImageUri: "1.dkr.ecr/x:1"}}
        """
    )
    application = app(tmp_path, template)
    assert {f.logical_id: (f.language, f.code_problem) for f in application.functions.values()} == {
        "Java": ("java", "language not analysed: java"),
        "Bucketed": ("python", "the code is in S3 (b/k.zip)"),
        "Container": ("", "the code is a container image without a local build context"),
    }
    assert [note.what for note in application.skipped] == [
        "code of Java",
        "code of Bucketed",
        "code of Container",
    ]


def test_unknown_runtime_and_handler_are_counted(tmp_path: Path) -> None:
    template = """
    Parameters:
      Runtime: {Type: String}
    Resources:
      Fn:
        Type: AWS::Lambda::Function
        Properties: {Runtime: !Ref Runtime, Handler: app.handler, Role: r, Code: src}
    """
    application = app(tmp_path, template, {"src/app.py": PYTHON})
    found = the(application, "Fn")
    assert (found.runtime, found.language) == ("", "python")
    assert found.code is not None
    assert "Runtime of Fn" in [unknown.what for unknown in application.unknowns]


def test_properties_of_a_function(tmp_path: Path) -> None:
    template = sam(
        """
        Fn:
          Type: AWS::Serverless::Function
          Properties:
            FunctionName: orders
            InlineCode: "def handler(event, context): return event"
            Handler: index.handler
            ReservedConcurrentExecutions: 5
            EphemeralStorage: {Size: 1024}
            VpcConfig: {SubnetIds: [subnet-1], SecurityGroupIds: [sg-1]}
            Environment: {Variables: {TABLE: !Ref Items}}
        Items: {Type: AWS::Serverless::SimpleTable}
        """,
        globals_="""
        Globals:
          Function: {Runtime: python3.12, MemorySize: 256, Timeout: 9}
        """,
    )
    found = the(app(tmp_path, template), "Fn")
    assert (found.memory_mib, found.timeout_s, found.concurrency) == (256, 9, 5)
    assert (found.ephemeral_mib, found.in_vpc, found.runtime) == (1024, True, "python3.12")
    assert list(found.environment) == ["TABLE"]
    assert {origin.role for origin in found.origins} == {"globals"}


def test_wrapped_handler_is_read_from_the_environment(tmp_path: Path) -> None:
    extra = "Environment: {Variables: {DD_LAMBDA_HANDLER: app.handler}}"
    body = function("Fn", extra).replace("index.handler", "datadog_lambda.handler.handler")
    code = "    Code: {ZipFile: 'def handler(event, context): return event'}"
    template = cfn(body.replace(code, "    Code: src"))
    found = the(app(tmp_path, template, {"src/app.py": PYTHON}), "Fn")
    assert found.code is not None
    assert (found.code.file, found.code.symbol) == ("src/app.py", "handler")
