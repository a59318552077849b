import { Duplex } from 'node:stream';
import { Contribution, Plan } from '@ns/syscalls';
type Protocol = 'tcp' | 'udp';
interface Connection {
    readonly protocol: Protocol;
    readonly host: string;
    readonly port: number;
    readonly address: string;
}
type Connect = (connection: Connection, signal: AbortSignal) => Duplex | Promise<Duplex>;
interface Refusal {
    readonly reason: 'name' | 'address' | 'sni' | 'connect';
    readonly protocol: string;
    readonly host?: string;
    readonly address?: string;
    readonly port?: number;
    readonly serverName?: string;
    readonly error?: Error;
}
interface EgressOptions {
    readonly allow: readonly string[];
    readonly onConnect?: ((connection: Connection) => void) | undefined;
    readonly onRefuse?: ((refusal: Refusal) => void) | undefined;
    readonly privateNetworks?: boolean | undefined;
    readonly maxConnections?: number | undefined;
    readonly connect?: Connect | undefined;
}
declare class Egress implements Contribution, AsyncDisposable {
    #private;
    readonly type = "net";
    readonly flags: number;
    steps(plan: Plan): void;
    parent(): Promise<void>;
    close(): Promise<void>;
    [Symbol.asyncDispose](): Promise<void>;
}
declare function createEgress(options: EgressOptions): Promise<Egress>;
declare function resolverSockets(): string[];
export { Egress, createEgress, resolverSockets };
export type { Connect, Connection, EgressOptions, Refusal };
