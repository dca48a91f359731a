"""The air between controllers: delivery in order, range, supervision time-out."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

from bumble import core, hci, ll
from bumble.controller import Controller
from bumble.link import LocalLink

__all__ = ["Air", "VirtualController"]

_LE = core.PhysicalTransport.LE


class Air(LocalLink):  # type: ignore[misc]
    """Carries advertising and data between virtual controllers.

    Data of one link keep their order whatever the pacing: timers of equal time do not keep
    theirs in asyncio, so each link has a queue of its own.

    Args:
        interval_s: the connection interval; data wait for the next multiple of it. 0 delivers
            at once.
        supervision_s: how long a link survives a silence before both ends drop it.
    """

    def __init__(self, *, interval_s: float = 0.0, supervision_s: float = 0.72) -> None:
        super().__init__()
        self.interval_s = interval_s
        self.supervision_s = supervision_s
        self.lost_pdus = 0
        self._out_of_range: set[str] = set()
        self._queues: dict[tuple[str, str], deque[tuple[VirtualController, Any, bytes]]] = {}

    def out_of_range(self, address: object) -> bool:
        """Whether the device of this address has been taken away."""
        return str(address) in self._out_of_range

    def take_away(self, address: object) -> None:
        """Carry a device out of range; its links time out after the supervision time."""
        self._out_of_range.add(str(address))
        asyncio.get_running_loop().call_later(self.supervision_s, self._supervise, str(address))

    def bring_back(self, address: object) -> None:
        """Carry a device back into range; what waited is delivered."""
        self._out_of_range.discard(str(address))
        for queue in self._queues.values():
            asyncio.get_running_loop().call_soon(self._deliver, queue)

    def cut_link(self, address: object) -> None:
        """Both ends of the device's links see a connection time-out now; it stays in range."""
        for controller in list(self.controllers):
            for link in list(controller.le_connections.values()):
                if str(address) in (str(link.self_address), str(link.peer_address)):
                    controller.on_le_disconnected(link, hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR)

    def _supervise(self, address: str) -> None:
        if address in self._out_of_range:
            self.cut_link(address)

    def _unreachable(self, *addresses: object) -> bool:
        return bool(self._out_of_range) and any(map(self.out_of_range, addresses))

    def send_acl_data(
        self, sender_controller: Any, destination_address: Any, transport: Any, data: bytes
    ) -> None:
        """Queue one PDU for its peer.

        Out of range it waits, as a link layer repeats what is not acknowledged; what waits or
        flies when the link breaks is lost.
        """
        link = sender_controller.le_connections.get(destination_address)
        receiver = self.find_le_controller(destination_address)
        if transport != _LE or link is None or receiver is None:
            self.lost_pdus += 1
            return
        queue = self._queues.setdefault((str(link.self_address), str(destination_address)), deque())
        queue.append((receiver, link.self_address, data))
        if len(queue) > 1 or self._unreachable(link.self_address, destination_address):
            return
        loop = asyncio.get_running_loop()
        if not self.interval_s:
            loop.call_soon(self._deliver, queue)
        else:
            event = int(loop.time() / self.interval_s) + 1
            loop.call_at(event * self.interval_s, self._deliver, queue)

    def _deliver(self, queue: deque[tuple[VirtualController, Any, bytes]]) -> None:
        while queue:
            receiver, source, data = queue[0]
            link = receiver.le_connections.get(source)
            if link is not None and self._unreachable(source, link.self_address):
                return
            queue.popleft()
            if link is None:
                self.lost_pdus += 1
            else:
                receiver.on_link_acl_data(source, _LE, data)

    def forget(self, link: Any) -> None:
        """Lose what is still on its way over a link that has broken."""
        ends = str(link.self_address), str(link.peer_address)
        for key in (ends, ends[::-1]):
            queue = self._queues.get(key)
            if queue:
                self.lost_pdus += len(queue)
                queue.clear()

    def send_advertising_pdu(self, sender_controller: Any, packet: Any) -> None:
        """Broadcast, unless the advertiser is out of range."""
        if not self._unreachable(packet.advertiser_address):
            super().send_advertising_pdu(sender_controller, packet)

    def send_ll_control_pdu(self, sender_address: Any, receiver_address: Any, packet: Any) -> None:
        """Deliver link-layer control; to a peer that is gone it is simply lost."""
        if self._unreachable(sender_address, receiver_address):
            return
        receiver = self.find_le_controller(receiver_address)
        if receiver is not None and sender_address in receiver.le_connections:
            loop = asyncio.get_running_loop()
            loop.call_soon(_control, receiver, sender_address, packet)


def _control(receiver: VirtualController, sender_address: Any, packet: Any) -> None:
    if sender_address in receiver.le_connections:
        receiver.on_ll_control_pdu(sender_address, packet)


class VirtualController(Controller):  # type: ignore[misc]
    """Bumble's controller with what reconnecting and long notifications need.

    One controller serves one device: Bumble's cannot pose as several.
    """

    # Stock controllers announce 27 bytes, which cuts every long notification to pieces.
    le_acl_data_packet_length = 251
    pending_le_connection: Any

    def on_hci_le_create_connection_cancel_command(self, command: Any) -> Any:
        """Complete the pending connection with an error; the stock controller never does."""
        pending, self.pending_le_connection = self.pending_le_connection, None
        if pending is not None:
            asyncio.get_running_loop().call_soon(self._report_cancelled, pending)
        return super().on_hci_le_create_connection_cancel_command(command)

    def _report_cancelled(self, pending: Any) -> None:
        self.send_hci_packet(
            hci.HCI_LE_Connection_Complete_Event(
                status=hci.HCI_ErrorCode.UNKNOWN_CONNECTION_IDENTIFIER_ERROR,
                connection_handle=0,
                role=hci.Role.CENTRAL,
                peer_address_type=pending.peer_address.address_type,
                peer_address=pending.peer_address,
                connection_interval=0,
                peripheral_latency=0,
                supervision_timeout=0,
                central_clock_accuracy=0,
            )
        )

    def on_hci_reset_command(self, command: Any) -> Any:
        """Drop every link: a new host has attached, the old one may have crashed."""
        self.pending_le_connection = None
        self.le_scan_enable = False
        reason = hci.HCI_ErrorCode.REMOTE_USER_TERMINATED_CONNECTION_ERROR
        for link in list(self.le_connections.values()):
            link.send_ll_control_pdu(ll.TerminateInd(reason))
        self.le_connections.clear()
        return super().on_hci_reset_command(command)

    def on_le_disconnected(self, connection: Any, reason: int) -> None:
        """Report a lost link once, though both a time-out and the peer may announce it."""
        if self.le_connections.get(connection.peer_address) is connection:
            self.link.forget(connection)
            super().on_le_disconnected(connection, reason)
