#!/bin/bash
# One monitor, one manager, one store in memory and the gateway on port 9000, all in this container.
# The user is the first of /run/secrets/s3_identities, which has SeaweedFS' form.
set -euo pipefail
d=/data/ceph
rm -rf "$d" && mkdir -p "$d"/{mon,osd,mgr,log,run} && cd "$d"
fsid=$(uuidgen)
monitor='[v2:127.0.0.1:13300,v1:127.0.0.1:16789]'
cat >ceph.conf <<CONF
[global]
fsid = $fsid
mon host = $monitor
public addr = 127.0.0.1
ms bind ipv6 = false
keyring = $d/keyring
log file = $d/log/\$name.log
admin socket = $d/run/\$name.asok
run dir = $d/run
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
mon allow pool size one = true
osd crush chooseleaf type = 0
mon warn on pool no redundancy = false
mon data avail crit = 1
[mon.a]
mon data = $d/mon
[osd.0]
osd data = $d/osd
osd objectstore = memstore
memstore device bytes = 2147483648
[mgr.x]
mgr data = $d/mgr
[client.rgw]
rgw frontends = beast port=9000
CONF
export CEPH_ARGS="--conf $d/ceph.conf"
everything=(--cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *')
ceph-authtool --create-keyring keyring --gen-key -n mon. --cap mon 'allow *'
ceph-authtool keyring --gen-key -n client.admin "${everything[@]}"
ceph-authtool keyring --gen-key -n osd.0 --cap mon 'allow profile osd' --cap osd 'allow *' --cap mgr 'allow profile osd'
ceph-authtool keyring --gen-key -n mgr.x --cap mon 'allow profile mgr' --cap osd 'allow *' --cap mds 'allow *'
ceph-authtool keyring --gen-key -n client.rgw --cap mon 'allow rw' --cap osd 'allow rwx'
monmaptool --create --fsid "$fsid" --addv a "$monitor" monmap
ceph-mon -i a --mkfs --monmap monmap --keyring keyring
ceph-mon -i a
osd=$(uuidgen)
ceph auth import -i keyring
ceph osd new "$osd"
ceph-osd -i 0 --mkfs --osd-uuid "$osd"
ceph-osd -i 0
ceph-mgr -i x
read -r key secret < <(python3 -c 'import json
user = json.load(open("/run/secrets/s3_identities"))["identities"][0]["credentials"][0]
print(user["accessKey"], user["secretKey"])')
radosgw-admin user create --uid helioscribe --display-name Helioscribe --access-key "$key" --secret-key "$secret" >/dev/null
exec radosgw -n client.rgw --foreground
