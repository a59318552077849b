import { NamespaceRef, RunningOptions, Contribution, Namespace } from '@ns/syscalls';
export { NamespaceRef, RunningOptions } from '@ns/syscalls';
import { NewRoute, Netlink, Nftables } from '@ns/netlink';
import { Socket as Socket$1 } from 'node:dgram';
import { AgentOptions, Agent } from 'node:http';
import { AgentOptions as AgentOptions$1, Agent as Agent$1 } from 'node:https';
import { Socket, Server } from 'node:net';
import { ConnectionOptions } from 'node:tls';
interface Interface {
    readonly index: number;
    readonly name: string;
    readonly up: boolean;
    readonly mtu: number;
    readonly mac: string;
    readonly addresses: readonly string[];
}
declare function readInterfaces(ref: NamespaceRef, options?: RunningOptions): Promise<Interface[]>;
interface PeerOptions {
    readonly name?: string | undefined;
    readonly addresses?: readonly string[] | undefined;
    readonly bridge?: string | undefined;
}
interface InterfaceOptions {
    readonly name: string;
    readonly addresses?: readonly string[] | undefined;
    readonly mtu?: number | undefined;
    readonly mac?: string | undefined;
    readonly peer?: PeerOptions | undefined;
}
type RouteOptions = Pick<NewRoute, 'destination' | 'gateway' | 'dev' | 'source' | 'metric' | 'onLink'>;
interface WiringOptions {
    readonly interfaces?: readonly InterfaceOptions[] | undefined;
    readonly routes?: readonly RouteOptions[] | undefined;
    readonly outside?: NamespaceRef | undefined;
}
interface NetOptions extends WiringOptions {
    readonly lo?: boolean | 'try' | undefined;
    readonly join?: NamespaceRef | undefined;
}
declare function net(options?: NetOptions): Contribution;
type Hosts = Readonly<Record<string, string>>;
interface ConnectOptions {
    readonly port: number;
    readonly host?: string | undefined;
    readonly localAddress?: string | undefined;
    readonly localPort?: number | undefined;
    readonly allowHalfOpen?: boolean | undefined;
    readonly noDelay?: boolean | undefined;
    readonly signal?: AbortSignal | undefined;
}
interface UndiciTarget {
    readonly hostname: string;
    readonly protocol: string;
    readonly port: string;
    readonly servername?: string | null | undefined;
    readonly localAddress?: string | null | undefined;
}
type UndiciConnector = (target: UndiciTarget, done: (...result: [null, Socket] | [Error, null]) => void) => void;
interface ListenOptions {
    readonly port?: number | undefined;
    readonly host?: string | undefined;
    readonly ipv6Only?: boolean | undefined;
    readonly backlog?: number | undefined;
    readonly allowHalfOpen?: boolean | undefined;
}
interface UdpOptions {
    readonly port?: number | undefined;
    readonly host?: string | undefined;
    readonly ipv6Only?: boolean | undefined;
}
interface NetNsOptions {
    readonly user?: NamespaceRef | undefined;
    readonly hosts?: Hosts | undefined;
}
declare class NetNs {
    #private;
    readonly namespace: Namespace;
    private constructor();
    static open(ref: NamespaceRef, { user, hosts }?: NetNsOptions): NetNs;
    listen(options?: ListenOptions, onConnection?: (socket: Socket) => void): Promise<Server>;
    connect(options: ConnectOptions): Promise<Socket>;
    udp(options?: UdpOptions): Promise<Socket$1>;
    httpAgent(options?: AgentOptions): Agent;
    httpsAgent(options?: AgentOptions$1): Agent$1;
    undiciConnector(tls?: ConnectionOptions): UndiciConnector;
    netlink(): Promise<Netlink>;
    nftables(): Promise<Nftables>;
    equals(other: NetNs): boolean;
    toString(): string;
    close(): void;
    [Symbol.dispose](): void;
}
export { NetNs, net, readInterfaces };
export type { ConnectOptions, Hosts, Interface, InterfaceOptions, ListenOptions, NetNsOptions, NetOptions, PeerOptions, RouteOptions, UdpOptions, UndiciConnector, UndiciTarget, WiringOptions };
