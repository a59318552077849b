import { asCaller, checkLeaks, needs, output, userNamespaces } from '@ns/testkit'
import { beforeEach, describe, expect, test } from 'vitest'
import { NetNs, net } from '../src/index.ts'

beforeEach(needs(userNamespaces))
checkLeaks()

describe('sysctls', () => {
  test('of a namespace are read and set, and those of another are not', async () => {
    using ns = await NetNs.create()
    using other = await NetNs.create()
    expect(await ns.readSysctl('net.ipv4.ip_forward')).toBe('0')
    await ns.setSysctls({ 'net.ipv4.ip_forward': 1, 'net/ipv4/ip_local_port_range': '2000 3000' })
    expect(await ns.readSysctl('net/ipv4/ip_forward')).toBe('1')
    expect(await ns.readSysctl('net.ipv4.ip_local_port_range')).toBe('2000\t3000')
    expect(await other.readSysctl('net.ipv4.ip_forward')).toBe('0')
  })

  test('of links with a dot in their name are named with slashes', async () => {
    using ns = await NetNs.create()
    using netlink = await ns.netlink()
    netlink.links.add({ kind: 'bridge', name: 'br0.5' })
    await ns.setSysctls({ 'net/ipv4/conf/br0.5/rp_filter': 2 })
    expect(await ns.readSysctl('net/ipv4/conf/br0.5/rp_filter')).toBe('2')
  })

  test('of a start are set before the command runs', async () => {
    const sysctls = { 'net.ipv4.ip_unprivileged_port_start': 80, 'net.ipv4.ip_forward': 1 }
    const args = Object.keys(sysctls).map((name) => `/proc/sys/${name.replaceAll('.', '/')}`)
    const { stdout } = await output(asCaller([net({ sysctls })]), { file: 'cat', args })
    expect(stdout).toBe('80\n1\n')
  })

  test('that are refused say which, and why', async () => {
    using ns = await NetNs.create()
    const setting = ns.setSysctls({ 'net.ipv4.ip_forward': 'many' })
    await expect(setting).rejects.toMatchObject({
      code: 'ERR_NS_SETUP',
      cause: { code: 'EINVAL', path: '/proc/sys/net/ipv4/ip_forward' },
    })
    await expect(ns.readSysctl('net.ipv4.nothing')).rejects.toMatchObject({
      cause: { code: 'ENOENT', path: '/proc/sys/net/ipv4/nothing' },
    })
  })

  test.each([
    'kernel.hostname',
    'net',
    'net.',
    'net/../kernel/hostname',
    'net..ipv4',
    'net/ipv4/',
    7,
  ])('hostile names are refused before anything runs: %o', async (name) => {
    const refusal = { code: 'ERR_NS_INVALID_OPTION' }
    using ns = await NetNs.create()
    await expect(ns.readSysctl(name as string)).rejects.toMatchObject(refusal)
    await expect(ns.setSysctls({ [name]: 1 })).rejects.toMatchObject(refusal)
    expect(() => net({ sysctls: { [name]: 1 } })).toThrow(expect.objectContaining(refusal))
  })

  test('A7: of a namespace that is joined, or values that are none, are refused', () => {
    const refusal = expect.objectContaining({ code: 'ERR_NS_INVALID_OPTION' })
    expect(() => net({ join: 1, sysctls: { 'net.ipv4.ip_forward': 1 } })).toThrow(refusal)
    expect(() => net({ sysctls: { 'net.ipv4.ip_forward': true as never } })).toThrow(refusal)
  })
})
