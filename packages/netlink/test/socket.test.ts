import { asCaller, checkLeaks, ownNetwork, running } from '@ns/testkit'
import { describe, expect, test } from 'vitest'
import { bridge, Netlink, NetlinkSocket, NLM_F, u32, veth } from '../src/index.ts'
import { collectDump } from '../src/socket/dump.ts'
import { network } from './network.ts'

checkLeaks()

const links = { name: 'RTM_GETLINK', type: 18, header: Buffer.alloc(16), attributes: [] }
const IFLA = { MTU: 4 } as const

describe('a socket', () => {
  test('stays in the namespace that it was opened in, when nobody else is left there', async () => {
    const sleeper = await running(asCaller([ownNetwork()]))
    const user = asCaller([]).length > 0 ? sleeper.pid : undefined
    using netlink = await Netlink.openInside(sleeper.pid, { user })
    await sleeper[Symbol.asyncDispose]()
    expect(netlink.links.list().map(({ name }) => name)).toEqual(['lo'])
    netlink.links.add(bridge({ name: 'br0' }))
    expect(netlink.links.get('br0').kind).toBe('bridge')
  })

  test('speaks of the caller’s own namespace when it is opened there', async () => {
    await using other = await network()
    using own = Netlink.open()
    expect(own.links.get('lo').index).toBe(1)
    other.netlink.links.add(bridge({ name: 'ns-test-br' }))
    expect(own.links.find('ns-test-br')).toBeUndefined()
  })

  test('is closed twice without harm, and says EBADF from then on', () => {
    const socket = NetlinkSocket.open(0)
    socket.close()
    socket.close()
    expect(socket.fd).toBe(-1)
    expect(() => socket.dump(links)).toThrow(expect.objectContaining({ code: 'EBADF' }))
  })

  test('an unknown protocol and what is no namespace are errors', async () => {
    expect(() => NetlinkSocket.open(99)).toThrow(/EPROTONOSUPPORT/)
    await expect(Netlink.openInside('/dev/null')).rejects.toMatchObject({
      code: 'ERR_NS_NOT_A_NAMESPACE',
    })
  })
})

describe('requests', () => {
  test('several go out at once, and a refused one does not stop the others', async () => {
    await using net = await network()
    const { socket } = net.netlink
    const set = (index: number, mtu: number) => {
      const header = Buffer.alloc(16)
      header.writeInt32LE(index, 4)
      return { name: 'RTM_NEWLINK', type: 16, header, attributes: [u32(IFLA, 'MTU', mtu)] }
    }
    const replies = socket.requests([
      ...Array.from({ length: 300 }, () => set(1, 1300)),
      set(77, 1300),
      set(1, 1301),
    ])
    expect(replies.length).toBe(302)
    expect(replies.flatMap(({ error }) => error?.code ?? [])).toEqual(['ENODEV'])
    expect(net.netlink.links.get('lo').mtu).toBe(1301)
  })
})

describe('dumps', () => {
  test('one that is refused in its end is an error, with the kernel’s words', async () => {
    await using net = await network()
    const header = Buffer.alloc(16)
    header.writeInt32LE(1, 4)
    const dump = () => net.netlink.dump({ ...links, header })
    expect(dump).toThrow(
      expect.objectContaining({
        code: 'EINVAL',
        syscall: 'RTM_GETLINK',
        text: 'Filter by device index not supported for link dumps',
      }),
    )
    expect(net.netlink.links.list().length).toBe(1)
  })

  test('one that is interrupted is seen as such, and begun anew', async () => {
    await using net = await network()
    const { netlink } = net
    for (let i = 0; i < 60; i++) netlink.links.add(veth({ name: `a${i}`, peer: { name: `b${i}` } }))
    const { socket } = netlink
    const first = socket.send([links], NLM_F.REQUEST | NLM_F.DUMP)
    const begin = socket.receive() ?? []
    using other = await Netlink.openInside(net.pid, {
      user: asCaller([]).length > 0 ? net.pid : undefined,
    })
    other.links.remove('a1')
    let datagrams = 0
    const found = collectDump(links, first, () => {
      datagrams++
      return datagrams === 1 ? begin : (socket.receive() ?? [])
    })
    expect(datagrams).toBeGreaterThan(2)
    expect(found).toBeUndefined()
    expect(netlink.links.list().length).toBe(119)
  })
})
