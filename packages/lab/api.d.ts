import { Netlink, Nftables } from '@ns/netlink';
import { Namespace, Contribution, NamespaceType } from '@ns/syscalls';
import { spawn, run } from '@ns/spawn';
import { Socket as Socket$1 } from 'node:dgram';
import { AgentOptions, Agent } from 'node:http';
import { AgentOptions as AgentOptions$1, Agent as Agent$1 } from 'node:https';
import { Socket, Server } from 'node:net';
import { ConnectionOptions } from 'node:tls';
import { WorkerOptions, Worker } from 'node:worker_threads';
import { ListenOptions, ConnectOptions, UdpOptions, UndiciConnector } from '@ns/net';
type Subnets = readonly string[];
interface Address {
    readonly address: string;
    readonly cidr: string;
    readonly subnet: string;
    readonly family: 4 | 6;
}
interface Impairment {
    readonly latency?: number | undefined;
    readonly jitter?: number | undefined;
    readonly loss?: number | undefined;
    readonly duplicate?: number | undefined;
    readonly reorder?: number | undefined;
    readonly rate?: number | string | undefined;
    readonly queue?: number | undefined;
}
interface Line {
    readonly latency: number;
    readonly jitter: number;
    readonly loss: number;
    readonly duplicate: number;
    readonly reorder: number;
    readonly rate: number;
    readonly queue: number;
}
type Backend = 'netem' | 'tap' | 'packet' | 'veth';
type FrameSink = (frame: Uint8Array) => void;
interface Plug {
    readonly net: Namespace;
    readonly netlink: Netlink;
    readonly name: string;
    readonly mac: string;
    readonly mtu: number;
    readonly line: string;
}
interface Port {
    set(line: Line): void;
    carrier(isUp: boolean): void;
    setMtu(mtu: number): void;
}
interface Fabric {
    plug(plug: Plug): Promise<Port>;
    cut(pairs: readonly (readonly [Port, Port])[]): void;
    tap(sink: FrameSink): Promise<() => void>;
    close(): void;
    remove(): void;
}
declare class Clock {
    #private;
    constructor();
    now(): number;
    at(due: number, run: () => void): void;
    close(): void;
}
declare class Ground {
    #private;
    readonly user: Namespace | undefined;
    readonly pid: Namespace;
    readonly hub: Namespace;
    readonly netlink: Netlink;
    readonly nftables: Nftables;
    readonly clock: Clock;
    readonly seed: number;
    private constructor();
    static make(seed: number): Promise<Ground>;
    joins(): Contribution[];
    open<Type extends NamespaceType>(types: readonly Type[], contributions: readonly Contribution[]): Promise<Record<Type, Namespace>>;
    endProcesses(): Promise<void>;
    close(): void;
}
type Names = ReadonlyMap<string, readonly string[]>;
declare class Belongings {
    #private;
    add<Thing extends object>(thing: Thing, end: () => unknown): Thing;
    forget(thing: object): void;
    end(): Promise<void>;
}
interface NodeConnectOptions extends Omit<ConnectOptions, 'host'> {
    readonly host?: string | Node | undefined;
}
declare class NodeSockets {
    #private;
    readonly net: Namespace;
    names: Names;
    protected readonly belongings: Belongings;
    protected constructor(net: Namespace, user: Namespace | undefined);
    listen(options?: number | ListenOptions, onConnection?: (socket: Socket) => void): Promise<Server>;
    connect(to: number | NodeConnectOptions, host?: string | Node): Promise<Socket>;
    udp(options?: UdpOptions): Promise<Socket$1>;
    httpAgent(options?: AgentOptions): Agent;
    httpsAgent(options?: AgentOptions$1): Agent$1;
    undiciConnector(tls?: ConnectionOptions): UndiciConnector;
    worker(file: string | URL, options?: WorkerOptions): Worker;
}
interface Routing {
    readonly nat: string | undefined;
}
declare class Node extends NodeSockets {
    #private;
    readonly name: string;
    readonly netlink: Netlink;
    readonly routing: Routing | undefined;
    private constructor();
    static make(ground: Ground, name: string, routing?: Routing): Promise<Node>;
    get addresses(): readonly string[];
    get address(): string;
    get address6(): string;
    gain(network: object, addresses: readonly string[]): void;
    lose(network: object): void;
    know(names: Names): void;
    readonly spawn: typeof spawn;
    readonly run: typeof run;
    nftables(): Promise<Nftables>;
    leave(): void;
    close(): Promise<void>;
}
interface Member {
    readonly node: Node;
    readonly dev: string;
    readonly addresses: readonly Address[];
    readonly port: Port;
    line: Line;
}
interface NetworkOptions extends Impairment {
    readonly mtu?: number | undefined;
    readonly subnets?: Subnets | undefined;
    readonly addresses?: Readonly<Record<string, readonly string[]>> | undefined;
    readonly backend?: Backend | undefined;
}
type NetworkChanges = Impairment & Pick<NetworkOptions, 'mtu'>;
type IsCut = (from: Node, to: Node) => boolean;
declare class Capture {
    #private;
    readonly path: string;
    constructor(path: string);
    get frames(): number;
    write(frame: Uint8Array): void;
    endWith(end: () => void): this;
    close(): Promise<void>;
    [Symbol.asyncDispose](): Promise<void>;
}
interface NetworkParts {
    readonly name: string;
    readonly kind: 'switch' | 'link';
    readonly number: number;
    readonly backend: Backend;
    readonly makeFabric: () => Fabric;
    readonly subnets: Subnets;
    readonly options: NetworkOptions;
}
declare class Network {
    #private;
    readonly name: string;
    readonly kind: 'switch' | 'link';
    readonly backend: Backend;
    readonly subnets: Subnets;
    readonly members: Member[];
    readonly number: number;
    constructor(parts: NetworkParts);
    get nodes(): readonly Node[];
    get line(): Line;
    plug(node: Node): Promise<void>;
    set(changes: NetworkChanges, { from }?: {
        readonly from?: Node | undefined;
    }): void;
    down(node?: Node): void;
    up(node?: Node): void;
    capture(path: string): Promise<Capture>;
    cut(isCut: IsCut): void;
    remove(): void;
    close(): Promise<void>;
}
interface LabOptions {
    readonly backend?: Backend | undefined;
    readonly seed?: number | undefined;
}
interface RouterOptions {
    readonly nat?: string | undefined;
}
interface LinkOptions extends NetworkOptions {
    readonly name?: string | undefined;
}
declare function createLab(options?: LabOptions): Promise<Lab>;
declare class Lab {
    #private;
    readonly backend: Backend;
    constructor(ground: Ground, backend: Backend);
    node(name: string): Promise<Node>;
    nodes<Names extends readonly string[]>(...names: Names): Promise<{
        [Index in keyof Names]: Node;
    }>;
    router(name: string, options?: RouterOptions): Promise<Node>;
    switch(name: string, nodes: readonly Node[], options?: NetworkOptions): Promise<Network>;
    link(a: Node, b: Node, options?: LinkOptions): Promise<Network>;
    partition(...groups: readonly (readonly Node[])[]): void;
    heal(): void;
    mermaid(): string;
    close(): Promise<void>;
    [Symbol.asyncDispose](): Promise<void>;
}
export { Capture, Lab, Network, Node, createLab };
export type { Backend, Impairment, LabOptions, LinkOptions, NetworkChanges, NetworkOptions, NodeConnectOptions, RouterOptions, Subnets };
