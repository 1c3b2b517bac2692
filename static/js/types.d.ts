// What the scripts are given by pages, by htmx and by ECharts, and what they tell each other. For `tsc` alone.

// What scripts look for is HTML: no script touches a drawing.
interface ParentNode {
  querySelector<K extends keyof HTMLElementTagNameMap>(selector: K): HTMLElementTagNameMap[K] | null;
  querySelector(selector: string): HTMLElement | null;
  querySelectorAll<K extends keyof HTMLElementTagNameMap>(selector: K): NodeListOf<HTMLElementTagNameMap[K]>;
  querySelectorAll(selector: string): NodeListOf<HTMLElement>;
}
interface Element {
  closest<K extends keyof HTMLElementTagNameMap>(selector: K): HTMLElementTagNameMap[K] | null;
  closest(selector: string): HTMLElement | null;
}
interface HTMLCollection {
  [Symbol.iterator](): ArrayIterator<HTMLElement>;
}
// What the server always writes where scripts read it; what may be missing is not listed.
interface DOMStringMap {
  asks: string;
  board: string;
  card: string;
  countOf: string;
  filter: string;
  fulfilment: string;
  live: string;
  place: string;
  policy: string;
  restaurant: string;
  riderKey: string;
  says: string;
  signIn: string;
  status: string;
  stream: string;
}

interface HTMLElement {
  addEventListener<K extends keyof PageEvents>(type: K, listener: (event: PageEvents[K]) => void, options?: AddEventListenerOptions): void;
}
interface HTMLDialogElement {
  addEventListener<K extends keyof PageEvents>(type: K, listener: (event: PageEvents[K]) => void, options?: AddEventListenerOptions): void;
}
interface HTMLFormElement {
  addEventListener<K extends keyof PageEvents>(type: K, listener: (event: PageEvents[K]) => void, options?: AddEventListenerOptions): void;
}

// What a person does, the page hears on an element.
type On<E> = E & { target: HTMLElement };
// How what one script asks of another is answered.
interface Settling<T> {
  resolve: (value: T) => void;
  reject: (reason: unknown) => void;
}
interface PageEvents {
  click: On<PointerEvent>;
  pointerdown: On<PointerEvent>;
  keydown: On<KeyboardEvent>;
  focusin: On<FocusEvent>;
  focusout: On<FocusEvent>;
  change: Event & { target: HTMLInputElement };
  submit: SubmitEvent & { target: HTMLFormElement };

  "htmx:config:request": CustomEvent<{ ctx: SwapContext & { request: { headers: Record<string, string> } } }>;
  "htmx:response:error": CustomEvent<{ ctx: SwapContext & { response: { status: number } } }>;
  "htmx:sse:before:connection": CustomEvent<{ connection: SseConnection }>;
  "htmx:sse:after:connection": CustomEvent<{ connection: SseConnection }>;
  "htmx:sse:before:message": CustomEvent<{ message: { id?: string; event?: string; data: string }; waitUntil: (work: Promise<unknown>) => void }>;
  "htmx:sse:error": CustomEvent<{ status?: number }>;

  "card:news": CustomEvent<CardNews>;
  "card:sought": CustomEvent<HTMLElement>;
  "undo:asked": Event;
  "ticket:asked": CustomEvent<HTMLElement>;
  "tones:asked": Event;
  "tone:tried": CustomEvent<{ kind: string; volume: number }>;
  "keys:asked": Event;
  "bump:asked": Event;
  "keys:ready": Event;
  "still:asked": Event;
  "entry:form": Event;
  "entry:lines": Event;
  "entry:offered": Event;
  "find:asked": Event;
  "find:open": Event;
  "person:asked": CustomEvent<Settling<PersonPicked> & { on?: string; taps?: Tap[] }>;
  "person:changed": CustomEvent<Signed | null>;
  "rider:asked": CustomEvent<HTMLElement>;
  "person:left": CustomEvent<string>;
  "person:wanted": CustomEvent<Settling<string> & { taps?: Tap[] }>;
  "sheet:asked": CustomEvent<HTMLElement>;
  "tap:queued": CustomEvent<Tap>;
  "tap:sent": CustomEvent<Tap>;
  "tap:undone": CustomEvent<Tap>;
  "tap:unsigned": CustomEvent<Tap>;
  "tap:refused": CustomEvent<Tap>;
  over: CustomEvent<string>;
  bye: Event;
  chosen: Event;
  filtered: Event;
  look: Event;
  sla: Event;
  taps: Event;
  unshown: Event;
  visibilitychange: Event;
  DOMContentLoaded: Event;
  "kept:shown": Event;
  "pickup:chosen": Event;
  retimed: CustomEvent<ParentNode>;
}

// A part of an answer and where it goes; `card` and `version` stand where it is about a card.
interface SwapSpec {
  style: string;
  card?: string;
  version?: number;
  key?: string;
  sort?: boolean;
}
interface SwapTask {
  target: Element | null;
  swapSpec?: SwapSpec;
  fragment: DocumentFragment;
}
interface SwapContext {
  sourceElement: Element | null;
  response?: { status: number };
}
interface Swap {
  ctx: SwapContext;
  tasks: SwapTask[];
}
interface SseConnection {
  attempt: number;
  config: { pauseOnBackground?: boolean };
  reader?: ReadableStreamDefaultReader<Uint8Array>;
  delayCanceller?: () => void;
}
declare const htmx: {
  swap(context: { text: string; sourceElement: Element; swap: string }): Promise<void>;
  trigger(element: Element, name: string): boolean;
};

// What somebody wants done to an order: a move has `to`, anything else `act`.
interface Wish {
  to?: string;
  act?: string;
  line?: string;
  seen?: string;
  [field: string]: string | undefined;
}
interface NewTap {
  url: string;
  fields: Wish;
  card: string;
  number: string | undefined;
  label: string;
}
// `at` and `due` are milliseconds, by the server's clock and by this device's; `after` are the taps that it was built on; a refused one has a `why` and a `root`.
interface Tap extends NewTap {
  id: string;
  seq: number;
  due: number;
  after: string[];
  at: number;
  person: string;
  by: string;
  tries: number;
  why?: string;
  root?: string;
}
interface PersonPicked {
  id: string;
  token: string;
  name: string;
  is_manager: boolean;
  rest_after: number;
}

interface Signed {
  name: string;
  token: string;
}
interface CardNews {
  kind: string;
  id: string;
  number: number;
  status: string;
  isOwn: boolean;
  isShown: boolean;
}

// What a chart is made of, as ordertrack/sla/report writes it; times are seconds.
interface ChartData {
  isOnPaper?: boolean;
  kind: "bars" | "shares" | "hours";
  labels: string[];
  names: string[];
  said: string[];
  orders?: (string | null)[]; // where those are that each bar, point or cell counts
  beyond: number;
  p50: (number | null)[];
  p90: (number | null)[];
  targets: [seconds: number, label: string][];
  steps: (number | null)[][];
  worst: number | null;
  isLying: boolean;
  shares: (number | null)[];
  hours: string[];
  weekdays: string[];
  cells: HourCell[];
  fewest: number;
}
type HourCell = [hour: number, day: number, seconds: number, count: number];
type Colours = Record<string, string>;
interface Chart {
  on(event: "click", then: (at: { dataIndex: number }) => void): void;
  resize(): void;
  dispose(): void;
  getWidth(): number;
  getHeight(): number;
  getOption(): { grid?: { top?: number }[]; legend?: { top?: number }[] };
  setOption(option: object, replaces?: boolean): void;
  renderToSVGString(): string;
  renderToCanvas(options: { pixelRatio: number }): HTMLCanvasElement;
}
declare const echarts: {
  init(place: HTMLElement | null, theme: null, options: object): Chart;
};

// How `one` of core/dom.js finds.
interface FindOne {
  <K extends keyof HTMLElementTagNameMap>(root: ParentNode, selector: K): HTMLElementTagNameMap[K];
  (root: ParentNode, selector: string): HTMLElement;
}
