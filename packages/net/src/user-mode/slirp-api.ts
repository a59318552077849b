import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { NamespaceError } from '@ns/syscalls'
import type { ForwardedPort } from './options.ts'

/**
 * Has slirp4netns forward a port: one request for each connection, whose end has to be ours first.
 *
 * @throws {NamespaceError} `ERR_NS_SETUP` with what it says, such as that the port is taken
 */
export async function addForward(
  socket: string,
  { protocol, host, port, to }: ForwardedPort,
): Promise<void> {
  const client = connect({ path: socket, allowHalfOpen: true })
  const order = { proto: protocol, host_addr: host, host_port: port, guest_port: to }
  client.end(JSON.stringify({ execute: 'add_hostfwd', arguments: order }))
  const answer = await text(client)
  if (/"return"/.test(answer)) return
  throw new NamespaceError(`userMode: ${host} port ${port} is not forwarded: ${answer.trim()}`, {
    code: 'ERR_NS_SETUP',
    namespace: 'net',
    operation: 'userMode',
  })
}
