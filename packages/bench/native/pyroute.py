# Does the same as a round of `wiring` in src/net-rounds.ts, with pyroute2: at the line "do" makes it, at "undo" takes it back.
# Answers each with a line. Importing is not counted, and sockets stay open: as a program that goes on would have it.
import sys

from pyroute2 import IPRoute, NetNS

here = IPRoute()
far = None
for line in sys.stdin:
    if line.strip() == 'do':
        far = NetNS('far')
        far.link('set', index=1, state='up')
        peer = {'ifname': 'eth0', 'net_ns_fd': 'far'}
        here.link('add', ifname='near', kind='veth', peer=peer)
        near = here.link_lookup(ifname='near')[0]
        here.addr('add', index=near, address='10.0.0.1', prefixlen=24)
        here.link('set', index=near, state='up')
        eth0 = far.link_lookup(ifname='eth0')[0]
        far.addr('add', index=eth0, address='10.0.0.2', prefixlen=24)
        far.link('set', index=eth0, state='up')
    else:
        here.link('del', ifname='near')
        far.close()
        far.remove()
    print('done', flush=True)
