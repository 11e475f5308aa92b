# ruff: noqa
# fmt: off
import asyncssh
import delegator
import docker
import invoke
import paramiko
from fabric import Connection
from netmiko import ConnectHandler


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


async def ssh_later(event, context):
    async with asyncssh.connect("host.example.com", username="u") as connection:
        await connection.run("ls " + event["dir"])  # bad: os-command-injection
        await connection.create_process("ls " + event["dir"])  # bad: os-command-injection
        await connection.run("uptime")


def devices(event, context):
    device = ConnectHandler(device_type="cisco_ios", host="switch.example.com", username="u", use_keys=True)
    device.send_command("show interface " + event["interface"])  # bad: os-command-injection
    device.send_config_set(["hostname " + event["name"]])  # bad: os-command-injection
    device.send_command("show version")
    delegator.run("ls " + event["dir"])  # bad: os-command-injection
    delegator.run("uptime")


def containers(event, context):
    client = docker.from_env()
    client.containers.run("alpine", "sh -c 'ls " + event["dir"] + "'")  # bad: os-command-injection
    client.containers.run("alpine", ["ls", event["dir"]])
    client.containers.run("alpine", "uptime", environment={"DIR": event["dir"]})
