/** What a name or an address may be reached by. */
export type Protocol = 'tcp' | 'udp'

/** A protocol and a port, as services(5) writes them: `'443/tcp'`. Equal ones are equal texts. */
export type Service = `${number}/${Protocol}`

export function serviceOf(protocol: Protocol, port: number): Service {
  return `${port}/${protocol}`
}

export function readService(service: Service): {
  readonly protocol: Protocol
  readonly port: number
} {
  const [port, protocol] = service.split('/') as [string, Protocol]
  return { protocol, port: Number(port) }
}
