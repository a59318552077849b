import { Netlink, Nftables } from '@ns/netlink';
import { spawn, run } from '@ns/spawn';
import { Socket as Socket$1 } from 'node:dgram';
import { AgentOptions, Agent } from 'node:http';
import { AgentOptions as AgentOptions$1, Agent as Agent$1 } from 'node:https';
import { Socket, Server } from 'node:net';
import { ConnectionOptions } from 'node:tls';
import { WorkerOptions, Worker } from 'node:worker_threads';
import { ListenOptions, ConnectOptions, UdpOptions, UndiciConnector } from '@ns/net';
import { Namespace } from '@ns/syscalls';
type Subnets = readonly string[];
interface Impairment {
    readonly latency?: number | undefined;
    readonly jitter?: number | undefined;
    readonly loss?: number | undefined;
    readonly duplicate?: number | undefined;
    readonly reorder?: number | undefined;
    readonly rate?: number | string | undefined;
    readonly queue?: number | undefined;
}
type Backend = 'netem' | 'tap' | 'packet' | 'veth';
declare class Belongings {
    #private;
    get signal(): AbortSignal;
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
declare class Node extends NodeSockets {
    #private;
    readonly name: string;
    readonly netlink: Netlink;
    private constructor();
    get addresses(): readonly string[];
    get address(): string;
    get address6(): string;
    readonly spawn: typeof spawn;
    readonly run: typeof run;
    nftables(): Promise<Nftables>;
}
interface NetworkOptions extends Impairment {
    readonly mtu?: number | undefined;
    readonly subnets?: Subnets | undefined;
    readonly addresses?: Readonly<Record<string, readonly string[]>> | undefined;
    readonly backend?: Backend | undefined;
}
type NetworkChanges = Impairment & Pick<NetworkOptions, 'mtu'>;
declare class Capture {
    #private;
    readonly path: string;
    private constructor();
    get frames(): number;
    close(): Promise<void>;
    [Symbol.asyncDispose](): Promise<void>;
}
declare class Network {
    #private;
    readonly name: string;
    readonly kind: 'switch' | 'link';
    readonly backend: Backend;
    readonly subnets: Subnets;
    get nodes(): readonly Node[];
    set(changes: NetworkChanges, { from }?: {
        readonly from?: Node | undefined;
    }): void;
    down(node?: Node): void;
    up(node?: Node): void;
    capture(path: string): Promise<Capture>;
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
