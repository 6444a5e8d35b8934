"""The keys of a configuration: which there are, which privilege each asks for, and whether its volumes fit."""

import re

from iac.lab.disks import DISK, is_cloudinit
from iac.lab.routing import Call, need
from iac.lab.space import require_space
from iac.lab.world import Guest

CONFIG_NAMES = (
    "acpi:b affinity agent allow-ksm:b amd-sev arch args audio0 autostart:b balloon:i bios boot bootdisk cdrom cicustom"
    " cipassword citype ciupgrade:b ciuser cores:i cpu cpulimit:n cpuunits:i description efidisk0 force:b freeze:b"
    " hookscript hostpci[n] hotplug hugepages ide[n] intel-tdx ipconfig[n] ivshmem keephugepages:b keyboard kvm:b"
    " localtime:b lock machine memory migrate_downtime:n migrate_speed:i name nameserver net[n] numa:b numa[n] onboot:b"
    " ostype parallel[n] protection:b reboot:b rng0 sata[n] scsi[n] scsihw searchdomain serial[n] shares:i smbios1"
    " smp:i sockets:i spice_enhancements sshkeys startdate startup tablet:b tags tdf:b template:b tpmstate0 unused[n]"
    " usb[n] vcpus:i vga virtio[n] virtiofs[n] vmgenid vmstatestorage watchdog"
)
UPDATE_TAKES = CONFIG_NAMES + " delete digest revert skiplock:b"
CREATE_TAKES = CONFIG_NAMES + (
    " vmid!:i archive bwlimit:i ha-managed:b import-working-storage live-restore:b pool start:b storage unique:b"
)
# Which privilege a key asks for (pveum, "VM.Config.*"); what is not here is an option.
KINDS = {
    "VM.Config.CPU": r"cores|cpu|cpulimit|cpuunits|numa|smp|sockets|vcpus|affinity",
    "VM.Config.Memory": r"memory|balloon|shares|hugepages|keephugepages|allow-ksm",
    "VM.Config.Network": r"net\d+|nameserver|searchdomain|ipconfig\d+",
    "VM.Config.Cloudinit": r"ci\w+|sshkeys",
    "VM.Config.HWType": r"vga|serial\d+|machine|bios|arch|scsihw|hostpci\d+|usb\d+|audio0|rng0|acpi|kvm|tablet"
    r"|watchdog",
    "VM.Config.Disk": r"(scsi|virtio|sata|ide|efidisk|tpmstate|unused)\d+|boot|bootdisk",
}
PRIVILEGES = [(name, re.compile(f"^({pattern})$")) for name, pattern in KINDS.items()]
CONFIG_RIGHTS = need("/vms/{vmid}", *KINDS, "VM.Config.CDROM", "VM.Config.Options", is_any=True)


def privilege_for(key: str, value: str) -> str:
    """The privilege that changing a key needs; a drive that is only a CD-ROM or cloud-init needs another one."""
    if re.match(r"^(ide|scsi|sata)\d+$", key) and (is_cloudinit(value) or "media=cdrom" in value):
        return "VM.Config.Cloudinit" if is_cloudinit(value) else "VM.Config.CDROM"
    return next((name for name, pattern in PRIVILEGES if pattern.match(key)), "VM.Config.Options")


def check_config_rights(call: Call, guest: Guest) -> None:
    """Refuse (403) a change to a key that the caller has no privilege for."""
    deleted = [key for key in re.split(r"[,; ]", call.params.get("delete", "")) if key in guest.config]
    wanted = {key: str(guest.config[key]) for key in deleted}
    wanted |= {k: v for k, v in call.params.items() if k not in ("delete", "digest", "revert", "skiplock", "force")}
    for name in sorted({privilege_for(key, value) for key, value in wanted.items()}):
        call.who.require(f"/vms/{guest.vmid}", name)


def check_storages(call: Call, guest: Guest) -> None:
    """Refuse a new volume where the caller may not allocate, or where there is no room."""
    for key, value in call.params.items():
        found = re.match(r"^(?:file=)?([\w-]+):(\d+(?:\.\d+)?|cloudinit)(?:,|$)", value) if DISK.match(key) else None
        if found:
            call.who.require(f"/storage/{found[1]}", "Datastore.AllocateSpace")
            size = 4 * 2**20 if found[2] == "cloudinit" else int(float(found[2]) * 2**30)
            require_space(call.world, found[1], guest.node, size)
