import { checkLeaks } from '@ns/testkit'
import { expect, test } from 'vitest'
import { bridge, Netlink } from '../src/index.ts'

checkLeaks()

test('in a namespace of somebody else all can be read, and the hint says what a change takes', () => {
  using netlink = Netlink.open()
  expect(netlink.links.get('lo')).toMatchObject({ index: 1, name: 'lo' })
  expect(() => netlink.links.add(bridge({ name: 'ns-test-br' }))).toThrow(
    expect.objectContaining({
      code: 'EPERM',
      syscall: 'RTM_NEWLINK',
      path: 'ns-test-br',
      hint: expect.stringMatching(/CAP_NET_ADMIN/),
    }),
  )
})

test('a namespace that is not one’s own is refused by the step that would enter it', async () => {
  await expect(Netlink.openInside(0)).rejects.toMatchObject({ code: 'ERR_NS_PERMISSION' })
})
