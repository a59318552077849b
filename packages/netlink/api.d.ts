import { ErrnoName, NamespaceRef, RunningOptions } from '@ns/syscalls';
export { NamespaceRef, RunningOptions } from '@ns/syscalls';
type AttributeTable = Readonly<Record<string, number>>;
interface Attribute {
    readonly name: string;
    readonly type: number;
    readonly table: AttributeTable;
    readonly value: Uint8Array | readonly Attribute[];
    readonly header?: Uint8Array;
}
type Name<Table extends AttributeTable> = keyof Table & string;
declare function bytes<Table extends AttributeTable>(table: Table, name: Name<Table>, value: Uint8Array): Attribute;
declare function nested<Table extends AttributeTable>(table: Table, name: Name<Table>, value: readonly Attribute[]): Attribute;
declare function withHeader<Table extends AttributeTable>(table: Table, name: Name<Table>, header: Uint8Array, value: readonly Attribute[]): Attribute;
declare function flag<Table extends AttributeTable>(table: Table, name: Name<Table>): Attribute;
declare function text<Table extends AttributeTable>(table: Table, name: Name<Table>, value: string): Attribute;
type NumberAttribute = <Table extends AttributeTable>(table: Table, name: Name<Table>, value: number) => Attribute;
type BigAttribute = <Table extends AttributeTable>(table: Table, name: Name<Table>, value: bigint) => Attribute;
declare const u8: NumberAttribute;
declare const u16: NumberAttribute;
declare const u32: NumberAttribute;
declare const s32: NumberAttribute;
declare const u64: BigAttribute;
declare const s64: BigAttribute;
declare const be16: NumberAttribute;
declare const be32: NumberAttribute;
declare const be64: BigAttribute;
declare function sizeOf(attributes: readonly Attribute[]): number;
declare function writeAttributes(memory: Buffer, offset: number, attributes: readonly Attribute[]): number;
declare function encodeAttributes(attributes: readonly Attribute[]): Buffer;
declare function attributeAt(attributes: readonly Attribute[], offset: number): Attribute[];
interface Received {
    readonly type: number;
    readonly value: Buffer;
}
declare class Attributes {
    #private;
    readonly all: readonly Received[];
    private constructor();
    static parse(bytes: Buffer, offset?: number): Attributes;
    bytes(type: number): Buffer | undefined;
    has(type: number): boolean;
    u8(type: number): number | undefined;
    u16(type: number): number | undefined;
    u32(type: number): number | undefined;
    s32(type: number): number | undefined;
    u64(type: number): bigint | undefined;
    s64(type: number): bigint | undefined;
    be16(type: number): number | undefined;
    be32(type: number): number | undefined;
    be64(type: number): bigint | undefined;
    text(type: number): string | undefined;
    nested(type: number): Attributes | undefined;
    struct(type: number, size: number): Buffer | undefined;
}
interface Request {
    readonly name: string;
    readonly subject?: string | undefined;
    readonly type: number;
    readonly flags?: number;
    readonly header: Uint8Array;
    readonly attributes: readonly Attribute[];
}
interface Message {
    readonly type: number;
    readonly flags: number;
    readonly sequence: number;
    readonly payload: Buffer;
}
declare function decodeMessages(datagram: Buffer): Message[];
declare function splitPayload({ payload }: Message, size: number): {
    header: Buffer;
    attributes: Attributes;
};
declare const AF: {
    readonly UNSPEC: 0;
    readonly INET: 2;
    readonly BRIDGE: 7;
    readonly INET6: 10;
};
type Family = 'ipv4' | 'ipv6';
interface Ip {
    readonly family: typeof AF.INET | typeof AF.INET6;
    readonly bytes: Buffer;
}
interface Cidr extends Ip {
    readonly prefix: number;
}
declare function parseIp(what: string, text: string): Ip;
declare function parseCidr(what: string, text: string): Cidr;
declare function formatIp(bytes: Uint8Array): string;
interface Address {
    readonly index: number;
    readonly family: Family;
    readonly address: string;
    readonly peer?: string;
    readonly broadcast?: string;
    readonly label?: string;
    readonly scope: number;
    readonly flags: number;
    readonly tentative: boolean;
    readonly duplicate: boolean;
    readonly validLifetime: number;
    readonly preferredLifetime: number;
}
type LinkRef = number | string;
declare const states$2: readonly ["unknown", "notpresent", "down", "lowerlayerdown", "testing", "dormant", "up"];
type OperState = (typeof states$2)[number];
interface Link {
    readonly index: number;
    readonly name: string;
    readonly alternativeNames: readonly string[];
    readonly kind?: string;
    readonly up: boolean;
    readonly carrier: boolean;
    readonly state: OperState;
    readonly flags: number;
    readonly mtu: number;
    readonly mac: string;
    readonly txQueueLength: number;
    readonly group: number;
    readonly alias?: string;
    readonly master?: number;
    readonly link?: number;
    readonly netnsId?: number;
    readonly data?: Attributes;
    readonly portData?: Attributes;
}
interface Allowed {
    readonly type?: string;
    readonly min?: bigint;
    readonly max?: bigint;
    readonly minLength?: number;
    readonly maxLength?: number;
    readonly mask?: bigint;
}
interface NetlinkErrorDetails {
    readonly errno: ErrnoName | number;
    readonly call: string;
    readonly path?: string | undefined;
    readonly attribute?: string | undefined;
    readonly missing?: string | undefined;
    readonly text?: string | undefined;
    readonly allowed?: Allowed | undefined;
    readonly hint?: string | undefined;
}
declare class NetlinkError extends Error {
    readonly name = "NetlinkError";
    readonly code: string;
    readonly errno: number;
    readonly syscall: string;
    readonly path?: string;
    readonly attribute?: string;
    readonly missing?: string;
    readonly text?: string;
    readonly allowed?: Allowed;
    readonly hint?: string;
    constructor(details: NetlinkErrorDetails);
}
interface Reply {
    readonly messages: readonly Message[];
    readonly error?: NetlinkError;
}
declare class NetlinkSocket {
    #private;
    readonly protocol: number;
    private constructor();
    static open(protocol: number): NetlinkSocket;
    static openInside(protocol: number, net: NamespaceRef, { user }?: RunningOptions): Promise<NetlinkSocket>;
    static from(protocol: number, fd: number): NetlinkSocket;
    get fd(): number;
    set(option: number, value: number): void;
    request(request: Request): readonly Message[];
    requests(requests: readonly Request[]): Reply[];
    dump(request: Request): Message[];
    send(requests: readonly Request[], flags?: number): number;
    receive(): Message[] | undefined;
    close(): void;
    [Symbol.dispose](): void;
}
interface LinkSettings {
    readonly name?: string | undefined;
    readonly up?: boolean | undefined;
    readonly mtu?: number | undefined;
    readonly mac?: string | undefined;
    readonly txQueueLength?: number | undefined;
    readonly group?: number | undefined;
    readonly alias?: string | undefined;
    readonly master?: LinkRef | null | undefined;
    readonly netns?: NamespaceRef | undefined;
    readonly index?: number | undefined;
}
interface NewLink extends LinkSettings {
    readonly kind: string;
    readonly link?: LinkRef | undefined;
    readonly peer?: LinkSettings | undefined;
    readonly data?: readonly Attribute[] | undefined;
    readonly portData?: readonly Attribute[] | undefined;
}
interface LinkChanges extends LinkSettings {
    readonly kind?: string | undefined;
    readonly data?: readonly Attribute[] | undefined;
    readonly portKind?: string | undefined;
    readonly portData?: readonly Attribute[] | undefined;
}
interface Statistics {
    readonly rxPackets: number;
    readonly txPackets: number;
    readonly rxBytes: number;
    readonly txBytes: number;
    readonly rxErrors: number;
    readonly txErrors: number;
    readonly rxDropped: number;
    readonly txDropped: number;
    readonly multicast: number;
    readonly collisions: number;
}
declare class Links {
    #private;
    constructor(socket: NetlinkSocket);
    list(): Link[];
    get(ref: LinkRef): Link;
    find(ref: LinkRef): Link | undefined;
    statistics(ref: LinkRef): Statistics;
    index(ref: LinkRef): number;
    add(link: NewLink): Link;
    ensure(link: NewLink): Link;
    addIn(netns: NamespaceRef, link: NewLink): void;
    set(ref: LinkRef, changes: LinkChanges): void;
    remove(ref: LinkRef): void;
}
declare const RTN: {
    readonly unicast: 1;
    readonly local: 2;
    readonly broadcast: 3;
    readonly anycast: 4;
    readonly multicast: 5;
    readonly blackhole: 6;
    readonly unreachable: 7;
    readonly prohibit: 8;
    readonly throw: 9;
};
declare const RT_SCOPE: {
    readonly universe: 0;
    readonly site: 200;
    readonly link: 253;
    readonly host: 254;
    readonly nowhere: 255;
};
type Scope = keyof typeof RT_SCOPE;
interface NewAddress {
    readonly dev: LinkRef;
    readonly address: string;
    readonly peer?: string | undefined;
    readonly broadcast?: string | false | undefined;
    readonly label?: string | undefined;
    readonly scope?: Scope | undefined;
    readonly noDad?: boolean | undefined;
    readonly noPrefixRoute?: boolean | undefined;
    readonly metric?: number | undefined;
    readonly validLifetime?: number | undefined;
    readonly preferredLifetime?: number | undefined;
}
declare class Addresses {
    #private;
    constructor(socket: NetlinkSocket, links: Links);
    list({ dev, family, }?: {
        dev?: LinkRef | undefined;
        family?: Family | undefined;
    }): Address[];
    add(address: NewAddress): void;
    ensure(address: NewAddress): void;
    remove(address: Pick<NewAddress, 'dev' | 'address' | 'peer'>): void;
}
declare const NLM_F: {
    readonly REQUEST: 1;
    readonly MULTI: 2;
    readonly ACK: 4;
    readonly ECHO: 8;
    readonly DUMP_INTR: 16;
    readonly DUMP: 768;
    readonly REPLACE: 256;
    readonly EXCL: 512;
    readonly CREATE: 1024;
    readonly APPEND: 2048;
    readonly NONREC: 256;
    readonly CAPPED: 256;
    readonly ACK_TLVS: 512;
};
declare const NLMSG: {
    readonly NOOP: 1;
    readonly ERROR: 2;
    readonly DONE: 3;
    readonly OVERRUN: 4;
};
interface BridgeOptions extends LinkSettings {
    readonly stp?: boolean | undefined;
    readonly forwardDelay?: number | undefined;
    readonly ageing?: number | undefined;
    readonly multicastSnooping?: boolean | undefined;
    readonly vlanFiltering?: boolean | undefined;
}
declare function bridge(options: BridgeOptions): NewLink;
declare const portStates: {
    readonly disabled: 0;
    readonly listening: 1;
    readonly learning: 2;
    readonly forwarding: 3;
    readonly blocking: 4;
};
interface BridgePortOptions {
    readonly isolated?: boolean | undefined;
    readonly hairpin?: boolean | undefined;
    readonly learning?: boolean | undefined;
    readonly unicastFlood?: boolean | undefined;
    readonly multicastFlood?: boolean | undefined;
    readonly broadcastFlood?: boolean | undefined;
    readonly guard?: boolean | undefined;
    readonly cost?: number | undefined;
    readonly priority?: number | undefined;
    readonly state?: keyof typeof portStates | undefined;
}
declare function bridgePort(options: BridgePortOptions): LinkChanges;
interface VrfOptions extends LinkSettings {
    readonly table: number;
}
declare function vrf(options: VrfOptions): NewLink;
declare const bondModes: {
    readonly 'balance-rr': 0;
    readonly 'active-backup': 1;
    readonly 'balance-xor': 2;
    readonly broadcast: 3;
    readonly '802.3ad': 4;
    readonly 'balance-tlb': 5;
    readonly 'balance-alb': 6;
};
declare const hashPolicies: {
    readonly layer2: 0;
    readonly 'layer3+4': 1;
    readonly 'layer2+3': 2;
};
declare const lacpRates: {
    readonly slow: 0;
    readonly fast: 1;
};
interface BondOptions extends LinkSettings {
    readonly mode?: keyof typeof bondModes | undefined;
    readonly miimon?: number | undefined;
    readonly hashPolicy?: keyof typeof hashPolicies | undefined;
    readonly lacpRate?: keyof typeof lacpRates | undefined;
}
declare function bond(options: BondOptions): NewLink;
declare const ETH_P: {
    readonly '802.1Q': 33024;
    readonly '802.1ad': 34984;
};
interface VlanOptions extends LinkSettings {
    readonly link: LinkRef;
    readonly id: number;
    readonly protocol?: keyof typeof ETH_P | undefined;
    readonly gvrp?: boolean | undefined;
    readonly looseBinding?: boolean | undefined;
}
declare function vlan(options: VlanOptions): NewLink;
declare const macvlanModes: {
    readonly private: 1;
    readonly vepa: 2;
    readonly bridge: 4;
    readonly passthru: 8;
    readonly source: 16;
};
interface MacvlanOptions extends LinkSettings {
    readonly link: LinkRef;
    readonly mode?: keyof typeof macvlanModes | undefined;
}
declare function macvlan(options: MacvlanOptions): NewLink;
declare function macvtap(options: MacvlanOptions): NewLink;
declare const ipvlanModes: {
    readonly l2: 0;
    readonly l3: 1;
    readonly l3s: 2;
};
declare const ipvlanFlags: {
    readonly bridge: 0;
    readonly private: 1;
    readonly vepa: 2;
};
interface IpvlanOptions extends LinkSettings {
    readonly link: LinkRef;
    readonly mode?: keyof typeof ipvlanModes | undefined;
    readonly isolation?: keyof typeof ipvlanFlags | undefined;
}
declare function ipvlan(options: IpvlanOptions): NewLink;
declare function dummy(options: LinkSettings): NewLink;
declare function ifb(options: LinkSettings): NewLink;
declare function wireguard(options: LinkSettings): NewLink;
interface VethOptions extends LinkSettings {
    readonly peer?: LinkSettings | undefined;
}
declare function veth(options: VethOptions): NewLink;
interface VxlanOptions extends LinkSettings {
    readonly id: number;
    readonly remote?: string | undefined;
    readonly local?: string | undefined;
    readonly dev?: number | undefined;
    readonly port?: number | undefined;
    readonly ttl?: number | undefined;
    readonly learning?: boolean | undefined;
    readonly ageing?: number | undefined;
}
declare function vxlan(options: VxlanOptions): NewLink;
interface TunOptions {
    readonly name?: string | undefined;
    readonly mode: 'tun' | 'tap';
    readonly multiQueue?: boolean | undefined;
    readonly virtioHeader?: boolean | undefined;
}
declare class TunDevice {
    #private;
    readonly fd: number;
    readonly name: string;
    constructor(fd: number, name: string);
    close(): void;
    [Symbol.dispose](): void;
}
declare function openTunInside(options: TunOptions, net: NamespaceRef, { user }?: RunningOptions): Promise<TunDevice>;
declare const states$1: {
    readonly incomplete: 1;
    readonly reachable: 2;
    readonly stale: 4;
    readonly delay: 8;
    readonly probe: 16;
    readonly failed: 32;
    readonly noarp: 64;
    readonly permanent: 128;
};
type NeighbourState = keyof typeof states$1;
interface Neighbour {
    readonly index: number;
    readonly family: Family;
    readonly address: string;
    readonly mac?: string;
    readonly state: NeighbourState | 'none';
    readonly proxy: boolean;
}
interface NewNeighbour {
    readonly dev: LinkRef;
    readonly address: string;
    readonly mac?: string | undefined;
    readonly state?: NeighbourState | undefined;
    readonly proxy?: boolean | undefined;
}
declare class Neighbours {
    #private;
    constructor(socket: NetlinkSocket, links: Links);
    list({ dev, family, }?: {
        dev?: LinkRef | undefined;
        family?: Family | undefined;
    }): Neighbour[];
    add(neighbour: NewNeighbour): void;
    ensure(neighbour: NewNeighbour): void;
    remove(neighbour: Pick<NewNeighbour, 'dev' | 'address' | 'proxy'>): void;
}
type RouteType = keyof typeof RTN;
interface Metrics {
    readonly mtu?: number | undefined;
    readonly window?: number | undefined;
    readonly rtt?: number | undefined;
    readonly rttVar?: number | undefined;
    readonly ssThresh?: number | undefined;
    readonly cwnd?: number | undefined;
    readonly advMss?: number | undefined;
    readonly reordering?: number | undefined;
    readonly hopLimit?: number | undefined;
    readonly initCwnd?: number | undefined;
    readonly rtoMin?: number | undefined;
    readonly initRwnd?: number | undefined;
    readonly quickAck?: number | undefined;
}
interface NextHop {
    readonly gateway?: string;
    readonly dev: number;
    readonly weight: number;
    readonly onLink: boolean;
    readonly alive: boolean;
}
interface Route {
    readonly family: Family;
    readonly type: RouteType;
    readonly destination: string;
    readonly gateway?: string;
    readonly dev?: number;
    readonly source?: string;
    readonly table: number;
    readonly metric: number;
    readonly protocol: number;
    readonly scope: number;
    readonly onLink: boolean;
    readonly alive: boolean;
    readonly nextHopId?: number;
    readonly nextHops: readonly NextHop[];
    readonly metrics: Metrics;
}
declare const actions: {
    readonly lookup: 1;
    readonly goto: 2;
    readonly nop: 3;
    readonly blackhole: 6;
    readonly unreachable: 7;
    readonly prohibit: 8;
};
type Range = readonly [first: number, last: number];
interface RoutingRule {
    readonly family?: Family | undefined;
    readonly priority?: number | undefined;
    readonly action?: keyof typeof actions | undefined;
    readonly table?: number | undefined;
    readonly target?: number | undefined;
    readonly invert?: boolean | undefined;
    readonly source?: string | undefined;
    readonly destination?: string | undefined;
    readonly incoming?: string | undefined;
    readonly outgoing?: string | undefined;
    readonly mark?: number | undefined;
    readonly mask?: number | undefined;
    readonly uids?: Range | undefined;
    readonly protocol?: number | undefined;
    readonly sourcePorts?: Range | undefined;
    readonly destinationPorts?: Range | undefined;
}
type EventType = 'link' | 'address' | 'route' | 'rule' | 'neighbour';
type MonitorEvent = {
    readonly type: 'link';
    readonly action: 'new' | 'remove';
    readonly link: Link;
} | {
    readonly type: 'address';
    readonly action: 'new' | 'remove';
    readonly address: Address;
} | {
    readonly type: 'route';
    readonly action: 'new' | 'remove';
    readonly route: Route;
} | {
    readonly type: 'rule';
    readonly action: 'new' | 'remove';
    readonly rule: RoutingRule;
} | {
    readonly type: 'neighbour';
    readonly action: 'new' | 'remove';
    readonly neighbour: Neighbour;
}
 | {
    readonly type: 'resync';
};
interface MonitorOptions extends RunningOptions {
    readonly events?: readonly EventType[] | undefined;
}
declare class Monitor implements AsyncIterableIterator<MonitorEvent>, Disposable {
    #private;
    private constructor();
    static openInside(net: NamespaceRef, options?: MonitorOptions): Promise<Monitor>;
    next(): Promise<IteratorResult<MonitorEvent, undefined>>;
    return(): Promise<IteratorResult<MonitorEvent, undefined>>;
    close(): void;
    [Symbol.asyncIterator](): this;
    [Symbol.dispose](): void;
    [Symbol.asyncDispose](): Promise<void>;
}
interface FdbEntry {
    readonly index: number;
    readonly mac: string;
    readonly master?: number;
    readonly remote?: string;
    readonly vlan?: number;
    readonly state: NeighbourState | 'none';
    readonly self: boolean;
}
interface NewFdbEntry {
    readonly dev: LinkRef;
    readonly mac: string;
    readonly table?: 'self' | 'master' | undefined;
    readonly remote?: string | undefined;
    readonly port?: number | undefined;
    readonly vni?: number | undefined;
    readonly vlan?: number | undefined;
}
declare class Fdb {
    #private;
    constructor(socket: NetlinkSocket, links: Links);
    list({ dev, bridge, }?: {
        dev?: LinkRef | undefined;
        bridge?: LinkRef | undefined;
    }): FdbEntry[];
    add(entry: NewFdbEntry): void;
    ensure(entry: NewFdbEntry): void;
    append(entry: NewFdbEntry): void;
    remove(entry: NewFdbEntry): void;
}
declare class NetnsIds {
    #private;
    constructor(socket: NetlinkSocket);
    list(): number[];
    get(ref: NamespaceRef): number | undefined;
    assign(ref: NamespaceRef, id?: number): number;
}
interface NewNextHop {
    readonly gateway?: string | undefined;
    readonly dev?: LinkRef | undefined;
    readonly weight?: number | undefined;
    readonly onLink?: boolean | undefined;
}
interface NewRoute {
    readonly destination: string;
    readonly gateway?: string | undefined;
    readonly dev?: LinkRef | undefined;
    readonly source?: string | undefined;
    readonly table?: number | undefined;
    readonly metric?: number | undefined;
    readonly type?: RouteType | undefined;
    readonly scope?: Scope | undefined;
    readonly protocol?: number | undefined;
    readonly onLink?: boolean | undefined;
    readonly nextHops?: readonly NewNextHop[] | undefined;
    readonly nextHopId?: number | undefined;
    readonly metrics?: Metrics | undefined;
    readonly family?: Family | undefined;
}
interface NextHopMember {
    readonly id: number;
    readonly weight?: number | undefined;
}
interface NextHopObject {
    readonly id: number;
    readonly gateway?: string | undefined;
    readonly dev?: LinkRef | undefined;
    readonly blackhole?: boolean | undefined;
    readonly onLink?: boolean | undefined;
    readonly group?: readonly NextHopMember[] | undefined;
    readonly family?: Family | undefined;
}
declare class NextHops {
    #private;
    constructor(socket: NetlinkSocket, links: Links);
    list(): NextHopObject[];
    add(object: NextHopObject): void;
    ensure(object: NextHopObject): void;
    remove(id: number): void;
}
declare const TCA: {
    readonly KIND: 1;
    readonly OPTIONS: 2;
    readonly STATS2: 7;
};
declare const hooks$1: {
    readonly root: 4294967295;
    readonly ingress: 4294967282;
    readonly egress: 4294967283;
};
type Handle = string;
type Parent = keyof typeof hooks$1 | Handle;
interface Place {
    readonly dev: LinkRef;
    readonly parent?: Parent | undefined;
    readonly handle?: Handle | undefined;
}
interface Discipline extends Place {
    readonly kind: string;
    readonly options?: Attribute | undefined;
}
interface QueueState {
    readonly index: number;
    readonly kind: string;
    readonly handle: Handle;
    readonly parent: Parent;
    readonly options?: Buffer;
    readonly statistics: QueueStatistics;
}
interface QueueStatistics {
    readonly bytes: number;
    readonly packets: number;
    readonly dropped: number;
    readonly overLimits: number;
    readonly queued: number;
    readonly backlog: number;
}
interface FilterPlace {
    readonly dev: LinkRef;
    readonly parent?: Parent | undefined;
    readonly priority?: number | undefined;
    readonly protocol?: number | undefined;
}
interface NewFilter extends FilterPlace {
    readonly kind: string;
    readonly options?: Attribute | undefined;
}
interface Filter {
    readonly index: number;
    readonly kind: string;
    readonly parent: Parent;
    readonly priority: number;
    readonly protocol: number;
    readonly handle: number;
    readonly options?: Buffer;
}
declare class Filters {
    #private;
    constructor(socket: NetlinkSocket, links: Links);
    list({ dev, parent }: Pick<FilterPlace, 'dev' | 'parent'>): Filter[];
    add(filter: NewFilter): void;
    remove(place: FilterPlace): void;
}
type PlanStep = {
    readonly link: NewLink;
} | {
    readonly change: LinkRef;
    readonly to: LinkChanges;
} | {
    readonly address: NewAddress;
} | {
    readonly route: NewRoute;
} | {
    readonly nextHop: NextHopObject;
} | {
    readonly rule: RoutingRule;
} | {
    readonly neighbour: NewNeighbour;
} | {
    readonly fdb: NewFdbEntry;
} | {
    readonly qdisc: Discipline;
} | {
    readonly class: Discipline;
} | {
    readonly filter: NewFilter;
};
interface Applied {
    undo(): void;
}
declare class PlanError extends Error {
    readonly name = "PlanError";
    readonly code: string;
    readonly step: {
        readonly number: number;
        readonly of: number;
        readonly kind: string;
    };
    readonly left: readonly Error[];
    constructor(cause: unknown, step: PlanError['step'], left: readonly Error[]);
}
interface RouteFilter {
    readonly family?: Family | undefined;
    readonly table?: number | 'all' | undefined;
    readonly dev?: LinkRef | undefined;
}
interface RouteQuery {
    readonly source?: string | undefined;
    readonly dev?: LinkRef | undefined;
    readonly mark?: number | undefined;
}
declare class Routes {
    #private;
    constructor(socket: NetlinkSocket, links: Links);
    list(filter?: RouteFilter): Route[];
    get(address: string, query?: RouteQuery): Route;
    add(route: NewRoute): void;
    ensure(route: NewRoute): void;
    remove(route: NewRoute): void;
}
declare class Rules {
    #private;
    constructor(socket: NetlinkSocket);
    list({ family }?: {
        family?: Family | undefined;
    }): RoutingRule[];
    add(rule: RoutingRule): void;
    ensure(rule: RoutingRule & {
        readonly priority: number;
    }): void;
    remove(rule: RoutingRule): void;
}
declare const names: {
    readonly qdisc: {
        readonly NEW: "NEWQDISC";
        readonly DEL: "DELQDISC";
        readonly GET: "GETQDISC";
    };
    readonly class: {
        readonly NEW: "NEWTCLASS";
        readonly DEL: "DELTCLASS";
        readonly GET: "GETTCLASS";
    };
};
declare class Queues {
    #private;
    constructor(socket: NetlinkSocket, links: Links, what: keyof typeof names);
    list(dev: LinkRef): QueueState[];
    add(discipline: Discipline): void;
    ensure(discipline: Discipline): void;
    remove(place: Place & {
        readonly kind?: string | undefined;
    }): void;
}
declare class Netlink {
    readonly socket: NetlinkSocket;
    readonly links: Links;
    readonly addresses: Addresses;
    readonly routes: Routes;
    readonly nextHops: NextHops;
    readonly rules: Rules;
    readonly neighbours: Neighbours;
    readonly fdb: Fdb;
    readonly netnsIds: NetnsIds;
    readonly qdiscs: Queues;
    readonly classes: Queues;
    readonly filters: Filters;
    private constructor();
    static open(): Netlink;
    static openInside(net: NamespaceRef, options?: RunningOptions): Promise<Netlink>;
    apply(plan: readonly PlanStep[]): Applied;
    static from(fd: number): Netlink;
    request(request: Request): readonly Message[];
    dump(request: Request): Message[];
    close(): void;
    [Symbol.dispose](): void;
}
declare const NFPROTO: {
    readonly inet: 1;
    readonly ip: 2;
    readonly arp: 3;
    readonly netdev: 5;
    readonly bridge: 7;
    readonly ip6: 10;
};
interface Expression {
    readonly name: string;
    readonly data: readonly Attribute[];
}
type Statement = readonly Expression[];
interface Table {
    readonly family: keyof typeof NFPROTO;
    readonly name: string;
}
interface Hook {
    readonly type: 'filter' | 'nat' | 'route';
    readonly hook: keyof typeof hooks;
    readonly priority?: number | undefined;
    readonly policy?: 'accept' | 'drop' | undefined;
    readonly dev?: string | undefined;
}
declare const hooks: {
    readonly prerouting: 0;
    readonly input: 1;
    readonly forward: 2;
    readonly output: 3;
    readonly postrouting: 4;
    readonly ingress: 0;
    readonly egress: 1;
};
type Change = Request;
declare function addTable({ family, name }: Table): Change;
declare function deleteTable({ family, name }: Table): Change;
declare function addChain(table: Table, name: string, hook?: Hook): Change;
declare function addRule(table: Table, chain: string, statements: readonly Statement[]): Change;
declare function deleteRules(table: Table, chain: string, handle?: bigint): Change;
declare function source(family: 'ip' | 'ip6'): Statement;
declare function destination(family: 'ip' | 'ip6'): Statement;
declare function port(protocol: 'tcp' | 'udp'): Statement;
declare const input$1: Statement;
declare const output$1: Statement;
declare const mark$1: Statement;
declare const key_destination: typeof destination;
declare const key_port: typeof port;
declare const key_source: typeof source;
declare namespace key {
  export {
    key_destination as destination,
    input$1 as input,
    mark$1 as mark,
    output$1 as output,
    key_port as port,
    key_source as source,
  };
}
declare const kinds: {
    readonly ip: {
        readonly type: 7;
        readonly size: 4;
    };
    readonly ip6: {
        readonly type: 8;
        readonly size: 16;
    };
    readonly port: {
        readonly type: 13;
        readonly size: 2;
    };
    readonly mark: {
        readonly type: 19;
        readonly size: 4;
    };
    readonly link: {
        readonly type: 41;
        readonly size: 16;
    };
};
type Verdict = 'accept' | 'drop' | 'return' | {
    readonly jump: string;
} | {
    readonly goto: string;
};
type MapKind = keyof typeof kinds;
interface NftMap {
    readonly name: string;
    readonly key: MapKind;
    readonly value: MapKind | 'verdict';
}
type MapEntry = readonly [key: string | number, value: string | number | Verdict];
declare function addMap(table: Table, { name, key, value: to }: NftMap): Change;
declare function addEntries(table: Table, map: NftMap, entries: readonly MapEntry[]): readonly Change[];
declare function deleteEntries(table: Table, map: NftMap, keys: readonly (string | number)[]): readonly Change[];
declare const IPPROTO: {
    readonly icmp: 1;
    readonly tcp: 6;
    readonly udp: 17;
    readonly icmpv6: 58;
};
declare const states: {
    readonly invalid: 1;
    readonly established: 2;
    readonly related: 4;
    readonly new: 8;
    readonly untracked: 64;
};
type Ports = number | readonly [number, number];
declare function from(network: string): Statement;
declare function to(network: string): Statement;
declare function toSet(name: string, family: 'ip' | 'ip6'): Statement;
declare function protocol(name: keyof typeof IPPROTO, ports?: Ports): Statement;
declare function input(link: string): Statement;
declare function output(link: string): Statement;
declare function notOutput(link: string): Statement;
declare const toLocal: Statement;
declare function socketUser(uid: number): Statement;
declare function mark(number: number): Statement;
declare function state(...wanted: readonly (keyof typeof states)[]): Statement;
declare function chance(share: number): Statement;
declare function everyNth(count: number): Statement;
type match_Ports = Ports;
declare const match_chance: typeof chance;
declare const match_everyNth: typeof everyNth;
declare const match_from: typeof from;
declare const match_input: typeof input;
declare const match_mark: typeof mark;
declare const match_notOutput: typeof notOutput;
declare const match_output: typeof output;
declare const match_protocol: typeof protocol;
declare const match_socketUser: typeof socketUser;
declare const match_state: typeof state;
declare const match_to: typeof to;
declare const match_toLocal: typeof toLocal;
declare const match_toSet: typeof toSet;
declare namespace match {
  export { match_chance as chance, match_everyNth as everyNth, match_from as from, match_input as input, match_mark as mark, match_notOutput as notOutput, match_output as output, match_protocol as protocol, match_socketUser as socketUser, match_state as state, match_to as to, match_toLocal as toLocal, match_toSet as toSet };
  export type { match_Ports as Ports };
}
interface Rule {
    readonly chain: string;
    readonly handle: bigint;
    readonly expressions: readonly string[];
    readonly counter?: {
        readonly packets: bigint;
        readonly bytes: bigint;
    };
}
declare class Nftables {
    #private;
    private constructor();
    static open(): Nftables;
    static openInside(net: NamespaceRef, options?: RunningOptions): Promise<Nftables>;
    static from(fd: number): Nftables;
    apply(changes: readonly Change[]): void;
    applyJson(document: object): Promise<void>;
    listJson(): Promise<{
        readonly nftables: readonly object[];
    }>;
    tables(): Table[];
    rules({ family, name }: Table): Rule[];
    close(): void;
    [Symbol.dispose](): void;
}
interface AddressSet {
    readonly name: string;
    readonly family: 'ip' | 'ip6';
}
declare function addSet(table: Table, { name, family }: AddressSet): Change;
declare function addElements(table: Table, set: AddressSet, networks: readonly string[]): readonly Change[];
declare function deleteElements(table: Table, set: AddressSet, networks: readonly string[]): readonly Change[];
declare const accept: Statement;
declare const drop: Statement;
declare const leave: Statement;
declare function jump(chain: string): Statement;
declare const counter: Statement;
declare function reject(how?: 'tcp-reset' | 'port-unreachable' | 'host-unreachable' | 'prohibited'): Statement;
declare function limit(perSecond: number, burst?: number): Statement;
declare function log(prefix: string, group?: number): Statement;
declare const masquerade: Statement;
declare function redirect(toPort: number): Statement;
declare function snat(address: string, toPort?: number): Statement;
declare function dnat(address: string, toPort?: number): Statement;
declare function dnatPort(family: 'ip' | 'ip6', toPort: number): Statement;
declare function verdictBy(map: string, key: Statement): Statement;
declare function dnatBy(map: string, key: Statement, { family, port: toPort }?: {
    family?: 'ip' | 'ip6';
    port?: number;
}): Statement;
declare const statements_accept: typeof accept;
declare const statements_counter: typeof counter;
declare const statements_dnat: typeof dnat;
declare const statements_dnatBy: typeof dnatBy;
declare const statements_dnatPort: typeof dnatPort;
declare const statements_drop: typeof drop;
declare const statements_jump: typeof jump;
declare const statements_leave: typeof leave;
declare const statements_limit: typeof limit;
declare const statements_log: typeof log;
declare const statements_masquerade: typeof masquerade;
declare const statements_redirect: typeof redirect;
declare const statements_reject: typeof reject;
declare const statements_snat: typeof snat;
declare const statements_verdictBy: typeof verdictBy;
declare namespace statements {
  export {
    statements_accept as accept,
    statements_counter as counter,
    statements_dnat as dnat,
    statements_dnatBy as dnatBy,
    statements_dnatPort as dnatPort,
    statements_drop as drop,
    statements_jump as jump,
    statements_leave as leave,
    statements_limit as limit,
    statements_log as log,
    statements_masquerade as masquerade,
    statements_redirect as redirect,
    statements_reject as reject,
    statements_snat as snat,
    statements_verdictBy as verdictBy,
  };
}
declare const NETLINK_PROTOCOL: {
    readonly ROUTE: 0;
    readonly NETFILTER: 12;
    readonly GENERIC: 16;
};
declare function checkName(what: string, name: string): string;
interface NetemOptions extends Place {
    readonly delay?: number | undefined;
    readonly jitter?: number | undefined;
    readonly delayCorrelation?: number | undefined;
    readonly loss?: number | undefined;
    readonly duplicate?: number | undefined;
    readonly corrupt?: number | undefined;
    readonly reorder?: number | undefined;
    readonly rate?: number | undefined;
    readonly limit?: number | undefined;
    readonly seed?: number | undefined;
}
declare function netem(options: NetemOptions): Discipline;
interface TbfOptions extends Place {
    readonly rate: number;
    readonly burst: number;
    readonly limit?: number | undefined;
}
declare function tbf(options: TbfOptions): Discipline;
interface HtbOptions extends Place {
    readonly defaultClass?: string | undefined;
}
declare function htb(options: HtbOptions): Discipline;
interface HtbClassOptions extends Place {
    readonly rate: number;
    readonly ceil?: number | undefined;
    readonly burst?: number | undefined;
    readonly priority?: number | undefined;
}
declare function htbClass(options: HtbClassOptions): Discipline;
declare function ingress(options: Pick<Place, 'dev'>): Discipline;
declare function clsact(options: Pick<Place, 'dev'>): Discipline;
declare const directions: {
    readonly egress: {
        readonly redirect: 1;
        readonly mirror: 2;
    };
    readonly ingress: {
        readonly redirect: 3;
        readonly mirror: 4;
    };
};
interface U32Match {
    readonly offset: number;
    readonly value: number;
    readonly mask?: number | undefined;
}
interface U32Options extends FilterPlace {
    readonly match?: readonly U32Match[] | undefined;
    readonly classId?: string | undefined;
    readonly redirect?: MirredTarget | undefined;
    readonly mirror?: MirredTarget | undefined;
}
interface MirredTarget {
    readonly dev: number;
    readonly direction?: keyof typeof directions | undefined;
}
declare function u32Filter(options: U32Options): NewFilter;
export { Addresses, Attributes, Fdb, Filters, Links, Monitor, NETLINK_PROTOCOL, NLMSG, NLM_F, Neighbours, Netlink, NetlinkError, NetlinkSocket, NetnsIds, NextHops, Nftables, PlanError, Queues, Routes, Rules, TCA, TunDevice, addChain, addElements, addEntries, addMap, addRule, addSet, addTable, attributeAt, be16, be32, be64, bond, bridge, bridgePort, bytes, checkName, clsact, decodeMessages, deleteElements, deleteEntries, deleteRules, deleteTable, dummy, encodeAttributes, flag, formatIp, htb, htbClass, ifb, ingress, ipvlan, key, macvlan, macvtap, match, nested, netem, openTunInside, parseCidr, parseIp, s32, s64, sizeOf, splitPayload, statements as statement, tbf, text, u16, u32, u32Filter, u64, u8, veth, vlan, vrf, vxlan, wireguard, withHeader, writeAttributes };
export type { Address, AddressSet, Allowed, Applied, Attribute, AttributeTable, BondOptions, BridgeOptions, BridgePortOptions, Change, Cidr, Discipline, EventType, Expression, Family, FdbEntry, Filter, FilterPlace, Handle, Hook, HtbClassOptions, HtbOptions, Ip, IpvlanOptions, Link, LinkChanges, LinkRef, LinkSettings, MacvlanOptions, MapEntry, MapKind, Message, Metrics, MirredTarget, MonitorEvent, MonitorOptions, Neighbour, NeighbourState, NetemOptions, NetlinkErrorDetails, NewAddress, NewFdbEntry, NewFilter, NewLink, NewNeighbour, NewNextHop, NewRoute, NextHop, NextHopMember, NextHopObject, NftMap, OperState, Parent, Place, PlanStep, QueueState, QueueStatistics, Range, Received, Reply, Request, Route, RouteFilter, RouteQuery, RouteType, RoutingRule, Rule, Scope, Statement, Statistics, Table, TbfOptions, TunOptions, U32Match, U32Options, Verdict, VethOptions, VlanOptions, VrfOptions, VxlanOptions };
