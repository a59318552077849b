import { Duplex } from 'node:stream';
import { Contribution, Plan } from '@ns/syscalls';
import { Socket } from 'node:dgram';
import { Socket as Socket$1 } from 'node:net';
type Protocol = 'tcp' | 'udp';
type Service = `${number}/${Protocol}`;
interface Connection {
    readonly protocol: Protocol;
    readonly host: string;
    readonly port: number;
    readonly address: string;
}
type Connect = (connection: Connection) => Duplex | Promise<Duplex>;
interface AllowList {
    servicesOf(name: string): ReadonlySet<Service>;
    readonly addresses: ReadonlyMap<string, ReadonlySet<Service>>;
    readonly services: readonly Service[];
    readonly udpPorts: readonly number[];
}
interface Refusal {
    readonly reason: 'name' | 'address' | 'sni' | 'connect';
    readonly protocol: string;
    readonly host?: string;
    readonly address?: string;
    readonly port?: number;
    readonly serverName?: string;
    readonly error?: Error;
}
interface Target {
    readonly host: string;
    readonly services: ReadonlySet<Service>;
    readonly isName: boolean;
}
interface MadeUp {
    readonly ipv4: string;
    readonly ipv6: string;
    readonly services: ReadonlySet<Service>;
}
declare class Targets {
    #private;
    constructor(allowList: AllowList);
    find(address: string): Target | undefined;
    resolve(name: string, open: (made: MadeUp) => void): MadeUp | undefined;
}
declare class Resolver {
    #private;
    constructor(targets: Targets, open: (made: MadeUp) => void, refuse: (refusal: Refusal) => void);
    answer(message: Buffer): Buffer | undefined;
    serveUdp(socket: Socket): void;
    serveTcp(socket: Socket$1): void;
}
interface GatewayParts {
    readonly targets: Targets;
    readonly resolver: Resolver;
    readonly connect: Connect;
    onConnect(connection: Connection): void;
    onRefuse(refusal: Refusal): void;
}
type Policy = Pick<GatewayParts, 'connect' | 'onConnect' | 'onRefuse'> & {
    readonly allowList: AllowList;
};
interface EgressOptions {
    readonly allow: readonly string[];
    readonly onConnect?: ((connection: Connection) => void) | undefined;
    readonly onRefuse?: ((refusal: Refusal) => void) | undefined;
    readonly connect?: Connect | undefined;
}
declare class Egress implements Contribution, AsyncDisposable {
    #private;
    readonly type = "net";
    readonly flags: number;
    constructor(policy: Policy);
    steps(plan: Plan): void;
    parent(): Promise<void>;
    close(): Promise<void>;
    [Symbol.asyncDispose](): Promise<void>;
}
declare function createEgress(options: EgressOptions): Promise<Egress>;
export { Egress, createEgress };
export type { Connect, Connection, EgressOptions, Refusal };
