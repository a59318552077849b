import { describe, expect, test } from 'vitest'
import { isHostOnly, isPrivate } from '../src/address.ts'

const hosts = ['127.8.9.1', '0.0.0.0', '169.254.169.254', '::', '::1', 'fe80::1', '64:ff9b::7f00:1']
const networks = ['10.0.0.1', '172.31.0.1', '192.168.1.1', '100.127.0.1', '198.19.0.1', '239.1.1.1']
const more = [
  '255.255.255.255',
  'fd00::1',
  'fec0::1',
  'ff02::1',
  '64:ff9b::a01:203',
  '64:ff9b:1::1',
]
const world = ['192.0.2.7', '172.32.0.1', '100.128.0.1', '2001:db8::1', '64:ff9b::c000:207', '::2']

/** As IPv6 has an address of IPv4 too. */
const both = (address: string) =>
  address.includes(':') ? [address] : [address, `::ffff:${address}`]

describe('where a name leads', () => {
  test.each(hosts.flatMap(both))('%s is this machine, or what knows only it', (address) => {
    expect(isHostOnly(address)).toBe(true)
  })

  test.each([...networks, ...more].flatMap(both))('%s is in a private network', (address) => {
    expect([isHostOnly(address), isPrivate(address)]).toEqual([false, true])
  })

  test.each(world.flatMap(both))('%s is in neither', (address) => {
    expect([isHostOnly(address), isPrivate(address)]).toEqual([false, false])
  })
})
