import { NamespaceRef, RunningOptions, Contribution, Exit, Namespace } from '@ns/syscalls';
export { NamespaceRef, RunningOptions } from '@ns/syscalls';
import { NewRoute, Netlink, Nftables } from '@ns/netlink';
import { Socket as Socket$1 } from 'node:dgram';
import { AgentOptions, Agent } from 'node:http';
import { AgentOptions as AgentOptions$1, Agent as Agent$1 } from 'node:https';
import { Socket, Server } from 'node:net';
import { ConnectionOptions } from 'node:tls';
import { WorkerOptions, Worker } from 'node:worker_threads';
interface NewNetwork {
    readonly lo?: boolean | 'try' | undefined;
}
interface Interface {
    readonly index: number;
    readonly name: string;
    readonly up: boolean;
    readonly mtu: number;
    readonly mac: string;
    readonly addresses: readonly string[];
}
declare function readInterfaces(ref: NamespaceRef, options?: RunningOptions): Promise<Interface[]>;
interface NamesOptions {
    readonly directory?: string | undefined;
    readonly mount?: NamespaceRef | undefined;
    readonly user?: NamespaceRef | undefined;
}
interface ForwardOptions {
    readonly port: number;
    readonly host?: string | undefined;
    readonly protocol?: 'tcp' | 'udp' | undefined;
    readonly to?: {
        readonly port?: number | undefined;
        readonly host?: string | undefined;
    } | undefined;
}
type UserModeDriver = 'pasta' | 'slirp4netns';
interface UserModeForward {
    readonly port: number;
    readonly to?: number | undefined;
    readonly host?: string | undefined;
    readonly protocol?: 'tcp' | 'udp' | undefined;
}
interface UserModeOptions {
    readonly driver?: UserModeDriver | undefined;
    readonly name?: string | undefined;
    readonly mtu?: number | undefined;
    readonly ipv6?: boolean | undefined;
    readonly hostLoopback?: boolean | undefined;
    readonly forwards?: readonly UserModeForward[] | undefined;
    readonly timeout?: number | undefined;
}
interface PeerOptions {
    readonly name?: string | undefined;
    readonly addresses?: readonly string[] | undefined;
    readonly bridge?: string | undefined;
}
interface InterfaceOptions {
    readonly name: string;
    readonly move?: string | undefined;
    readonly addresses?: readonly string[] | undefined;
    readonly mtu?: number | undefined;
    readonly mac?: string | undefined;
    readonly peer?: PeerOptions | undefined;
}
type RouteOptions = Pick<NewRoute, 'destination' | 'gateway' | 'dev' | 'source' | 'metric' | 'onLink'>;
interface WiringOptions {
    readonly interfaces?: readonly InterfaceOptions[] | undefined;
    readonly routes?: readonly RouteOptions[] | undefined;
    readonly forwards?: readonly ForwardOptions[] | undefined;
    readonly userMode?: boolean | UserModeOptions | undefined;
    readonly outside?: NamespaceRef | undefined;
}
type Sysctls = Readonly<Record<string, string | number>>;
interface NetOptions extends WiringOptions {
    readonly lo?: boolean | 'try' | undefined;
    readonly sysctls?: Sysctls | undefined;
    readonly join?: NamespaceRef | undefined;
}
declare function net(options?: NetOptions): Contribution;
type Hosts = Readonly<Record<string, string>>;
type Resolve = (host: string) => string;
interface NetNsOptions {
    readonly user?: NamespaceRef | undefined;
    readonly hosts?: Hosts | undefined;
}
interface NewNetNsOptions extends NetNsOptions, NewNetwork {
}
interface NewNamedNetNsOptions extends NamesOptions, NewNetwork {
    readonly hosts?: Hosts | undefined;
}
interface NamedNetNsOptions extends NamesOptions {
    readonly hosts?: Hosts | undefined;
}
interface Forward extends AsyncDisposable {
    readonly host: string;
    readonly port: number;
    unref(): void;
    close(): void;
}
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
interface UserMode extends AsyncDisposable {
    readonly driver: UserModeDriver;
    readonly version: string;
    readonly name: string;
    readonly resolver: string;
    readonly pid: number;
    readonly ended: Promise<Exit>;
    kill(): void;
    close(): Promise<void>;
}
interface OpenPlace {
    readonly net: Namespace;
    readonly user: Namespace | undefined;
}
declare class NetNsHandle {
    #private;
    readonly namespace: Namespace;
    protected constructor(namespace: Namespace, user: NamespaceRef | undefined, socket?: number);
    get user(): Namespace | undefined;
    protected get place(): OpenPlace;
    protected takeSocket(): number | undefined;
    pids(): number[];
    cookie(): Promise<bigint>;
    destroyed({ signal }?: {
        readonly signal?: AbortSignal;
    }): Promise<void>;
    equals(other: NetNsHandle): boolean;
    toString(): string;
    close(): void;
    [Symbol.dispose](): void;
}
declare class NetNsClients extends NetNsHandle {
    netlink(): Promise<Netlink>;
    nftables(): Promise<Nftables>;
    readSysctl(name: string): Promise<string>;
    setSysctls(sysctls: Sysctls): Promise<void>;
    nsid(of?: NetNsClients): Promise<number | undefined>;
}
declare class NetNsSockets extends NetNsClients {
    protected constructor(namespace: Namespace, user: NamespaceRef | undefined, resolve: Resolve, socket?: number);
    listen(options?: ListenOptions, onConnection?: (socket: Socket) => void): Promise<Server>;
    connect(options: ConnectOptions): Promise<Socket>;
    udp(options?: UdpOptions): Promise<Socket$1>;
    forward(options: ForwardOptions): Promise<Forward>;
    userMode(options?: UserModeOptions): Promise<UserMode>;
    httpAgent(options?: AgentOptions): Agent;
    httpsAgent(options?: AgentOptions$1): Agent$1;
    undiciConnector(tls?: ConnectionOptions): UndiciConnector;
    worker(file: string | URL, options?: WorkerOptions): Worker;
}
declare class NetNs extends NetNsSockets {
    #private;
    private constructor();
    static open(ref: NamespaceRef, options?: NetNsOptions): NetNs;
    static create(options?: NewNetNsOptions): Promise<NetNs>;
    static createNamed(name: string, options?: NewNamedNetNsOptions): Promise<NetNs>;
    static openNamed(name: string, options?: NamedNetNsOptions): Promise<NetNs>;
    static openPidfd(pidfd: number, options?: NetNsOptions): NetNs;
    static list(options?: NamesOptions): Promise<string[]>;
    static identify(ref: NamespaceRef, options?: NamesOptions): Promise<string[]>;
    static delete(name: string, options?: NamesOptions): Promise<void>;
    attach(name: string, options?: NamesOptions): Promise<void>;
}
interface LinkEnd {
    readonly ns: NetNs;
    readonly name: string;
    readonly addresses?: readonly string[] | undefined;
    readonly mac?: string | undefined;
}
interface PairOptions {
    readonly mtu?: number | undefined;
}
declare const sysctls: {
    readonly ipv4: "net.ipv4.ip_forward";
    readonly ipv6: "net.ipv6.conf.all.forwarding";
};
declare function forwarding(ns: NetNs, families?: readonly (keyof typeof sysctls)[]): Promise<void>;
interface Ruleset extends AsyncDisposable {
    readonly table: string;
    remove(): Promise<void>;
}
interface MasqueradeOptions {
    readonly output?: string | undefined;
    readonly from?: string | undefined;
    readonly table?: string | undefined;
}
declare function masquerade(ns: NetNs, options?: MasqueradeOptions): Promise<Ruleset>;
interface PortForwardOptions {
    readonly port: number;
    readonly protocol?: 'tcp' | 'udp' | undefined;
    readonly to: {
        readonly address: string;
        readonly port?: number | undefined;
    };
    readonly address?: string | undefined;
    readonly table?: string | undefined;
}
declare function portForward(ns: NetNs, options: PortForwardOptions): Promise<Ruleset>;
declare function loopbackUp(ns: NetNs): Promise<void>;
declare function vethPair(first: LinkEnd, second: LinkEnd, options?: PairOptions): Promise<void>;
interface BridgeOptions extends PairOptions {
    readonly name: string;
    readonly addresses?: readonly string[] | undefined;
    readonly members?: readonly (LinkEnd | string)[] | undefined;
}
declare function bridgeWith(ns: NetNs, options: BridgeOptions): Promise<void>;
interface MoveOptions {
    readonly name?: string | undefined;
    readonly addresses?: readonly string[] | undefined;
    readonly mtu?: number | undefined;
}
declare function moveLink(from: NetNs, link: string, to: NetNs, options?: MoveOptions): Promise<void>;
declare function defaultRoute(ns: NetNs, gateway: string, options?: {
    readonly dev?: string | undefined;
    readonly metric?: number | undefined;
}): Promise<void>;
export { NetNs, bridgeWith, defaultRoute, forwarding, loopbackUp, masquerade, moveLink, net, portForward, readInterfaces, vethPair };
export type { BridgeOptions, ConnectOptions, Forward, ForwardOptions, Hosts, Interface, InterfaceOptions, LinkEnd, ListenOptions, MasqueradeOptions, MoveOptions, NamedNetNsOptions, NamesOptions, NetNsOptions, NetOptions, NewNamedNetNsOptions, NewNetNsOptions, NewNetwork, PairOptions, PeerOptions, PortForwardOptions, RouteOptions, Ruleset, Sysctls, UdpOptions, UndiciConnector, UndiciTarget, UserMode, UserModeDriver, UserModeForward, UserModeOptions, WiringOptions };
