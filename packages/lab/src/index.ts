/**
 * Networks for tests: machines, switches, routers and bad lines in one Node.js process, as an ordinary user too.
 *
 * Isolates the network, host name and processes of each lab from the machine's and from other labs: same addresses, same
 * ports, no clash.
 * Does not isolate files and users: programs in a node see the caller's.
 *
 * ```ts
 * import { createLab } from '@ns/lab'
 *
 * await using lab = await createLab()
 * const [a, b] = await lab.nodes('a', 'b')
 * const line = await lab.link(a, b, { latency: 10, loss: 0.01 })
 * const server = await a.listen(80, (socket) => socket.end('hello'))
 * const socket = await b.connect({ host: a, port: 80 })
 * line.down()
 * ```
 *
 * @packageDocumentation
 */

export type { Subnets } from './addresses.ts'
export type { Backend } from './backends/fabric.ts'
export type { Impairment } from './impairment.ts'
export { createLab, Lab } from './lab.ts'
export { Network } from './network/network.ts'
export type { NetworkChanges, NetworkOptions } from './network/options.ts'
export { Capture } from './network/pcap.ts'
export { Node } from './node/node.ts'
export type { NodeConnectOptions } from './node/sockets.ts'
export type { LabOptions, LinkOptions, RouterOptions } from './options.ts'
