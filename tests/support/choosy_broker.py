"""Mosquitto with rights that can change while it runs: it refuses subscriptions (SUBACK 0x80)."""

from __future__ import annotations

import json
from pathlib import Path

from needs import missing

PLUGIN = "mosquitto_dynamic_security.so"
CONTROL = "$CONTROL/dynamic-security/v1"
ALLOW = {"publishClientSend": True, "publishClientReceive": True, "unsubscribe": True}


def choosy(mosquitto, *refused):
    """Start a broker anew that lets everybody hear all but these topic filters."""
    found = sorted(Path("/usr/lib").rglob(PLUGIN))
    if not found:
        missing(f"{PLUGIN} is not installed")
    rules = mosquitto.folder / "rights.json"
    acls = [
        {"acltype": "subscribeLiteral", "topic": topic, "priority": 1, "allow": False}
        for topic in refused
    ]
    acls.append({"acltype": "publishClientSend", "topic": CONTROL, "priority": 0, "allow": True})
    rules.write_text(
        json.dumps(
            {
                "defaultACLAccess": ALLOW | {"subscribe": True},
                "clients": [],
                "groups": [{"groupname": "all", "roles": [{"rolename": "all"}]}],
                "roles": [{"rolename": "all", "acls": acls}],
                "anonymousGroup": "all",
            }
        )
    )
    mosquitto.kill()
    (mosquitto.folder / "mosquitto.conf").write_text(
        f"listener {mosquitto.port} 127.0.0.1\nallow_anonymous true\nuser root\n"
        f"plugin {found[0]}\nplugin_opt_config_file {rules}\n"
    )
    mosquitto.run()


def allow(bus, topic):
    """Let everybody hear a topic filter that was refused."""
    command = {
        "command": "removeRoleACL",
        "rolename": "all",
        "acltype": "subscribeLiteral",
        "topic": topic,
    }
    bus.publish(CONTROL, json.dumps({"commands": [command]}).encode(), qos=1)
