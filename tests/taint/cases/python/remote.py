# ruff: noqa
# fmt: off
import invoke
import paramiko
from fabric import Connection


def ssh(event, context):
    client = paramiko.SSHClient()
    client.connect("host.example.com", username="u")
    client.exec_command("ls " + event["dir"])  # bad: os-command-injection
    client.exec_command("uptime")


def ssh_host(event, context):
    client = paramiko.SSHClient()
    client.connect(event["host"])  # bad: server-side-request-forgery


def fabric(event, context):
    Connection("web1").run("ls " + event["dir"])  # bad: os-command-injection
    invoke.run("ls " + event["dir"])  # bad: os-command-injection


def shells(event, context):
    import plumbum
    import sh

    plumbum.local.get(event["program"])  # bad: os-command-injection
    sh.Command(event["program"])  # bad: os-command-injection
    sh.bash("-c", "ls " + event["d"])  # bad: os-command-injection
    plumbum.local.get("ls")
    sh.Command("/bin/ls")
    sh.bash("-c", "ls /tmp")
