"""Small applications that the tests of scans and their caches share."""

from __future__ import annotations

HEADER = "Transform: AWS::Serverless-2016-10-31\nResources:\n"
FUNCTION = """\
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src/
      FunctionUrlConfig: {AuthType: NONE}
"""
SAFE = "def handler(event, context):\n    return 1\n"
BAD = "import os\n\ndef handler(event, context):\n    os.system(event['body'])\n"
