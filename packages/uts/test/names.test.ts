import { expect, test } from 'vitest'
import { setNames, uts } from '../src/index.ts'

const malformed: [string, object, RegExp][] = [
  ['65 letters', { hostname: 'x'.repeat(65) }, /uts\.hostname: 65 bytes, the kernel takes 64/],
  ['66 bytes in 33 letters', { domainname: 'é'.repeat(33) }, /uts\.domainname: 66 bytes/],
  ['a NUL byte', { hostname: 'a\0b' }, /uts\.hostname: a NUL byte/],
  ['an empty name', { domainname: '' }, /uts\.domainname: a name is wanted/],
  ['a number', { hostname: 5 }, /uts\.hostname: a name is wanted/],
  ['null', { hostname: null }, /uts\.hostname: a name is wanted/],
]

test.each([
  ...malformed,
  ['an unknown key', { hostName: 'box' }, /unknown option hostName; known: hostname/],
  ['a name and a join', { hostname: 'box', join: 1 }, /uts\.join:.*leave out hostname/],
  ['a domain name and a join', { domainname: 'box', join: 1 }, /uts\.join/],
])('A7: %s is refused by name, before anything exists', (_, options, message) => {
  expect(() => uts(options as never)).toThrow(
    expect.objectContaining({
      code: 'ERR_NS_INVALID_OPTION',
      namespace: 'uts',
      message: expect.stringMatching(message),
    }),
  )
})

test.each(malformed)('A7: %s is refused for a running namespace too', async (_, names, message) => {
  await expect(setNames(0, names as never)).rejects.toMatchObject({
    code: 'ERR_NS_INVALID_OPTION',
    message: expect.stringMatching(message),
  })
})

test('options that are undefined are those that are left out', () => {
  expect(uts({ hostname: undefined, join: undefined })).toMatchObject({ join: undefined })
})
