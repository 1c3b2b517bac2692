// many: watchers of many addresses, and requests at their own times, in one epoll loop.
//
//   many PORT STREAMS
//
// STREAMS has a line a watcher: the id that it stands at, its path and its header lines, divided by tabs. Commands on
// stdin, each answered by a line of JSON:
//   play REQUESTS TURNOVER   send what the file REQUESTS holds ("-": nothing; see calling.h), each at its time, while so many
//                            watchers a second go away and come back; a watcher that is cut or refused comes back as well
//   report                   what was counted so far
//   stop FRAMES ANSWERS      end the play and write what came: `struct came` and `struct answer`, below
// A frame counts if it has data, an id and no name. A board's id is `<epoch>-<seq>`, and its position is `seq`; a guest's is
// `<name>-<32 hexadecimal digits>`, and its position is these, the first half of them in `high`. `is_whole` says that it replaces all that its screen shows.
// Times are in nanoseconds of CLOCK_MONOTONIC.
#define _GNU_SOURCE
#include "commands.h"
#include "stream.h"
#include "calling.h"

enum { STDIN = CALLER - 1, WINDOW = 128, LATER = 1 << 17, STREAM = 1 << 30 };

enum { ID = 48 };

struct came { int64_t at, position; uint64_t high; uint32_t stream, is_whole; };
struct answer { int64_t sent, answered; int32_t status, tries; };

static struct watcher *watchers;
static char **asked;            // each watcher's path and headers
static char (*ids)[ID], (*coming)[ID];  // the id that each stands at, and that of the frame which is being read
static uint8_t *is_whole_now;
static int total, next, in_flight, ready, failed, told;
static struct came *frames;
static size_t frame_count, frame_room;
static int turned, cut, refused, repeated;
static int64_t now, began, play_began, next_turn;
static double turnover;
static int next_request;
static struct { int64_t at; int what; } later[LATER];   // a ring of who comes again: a request, or a STREAM
static unsigned later_first, later_last;

static void put_later(int what, int64_t seconds) {
    if (later_last - later_first == LATER) end_with("too many who come again");
    later[later_last % LATER].at = now_ns() + seconds * 1000000000;
    later[later_last++ % LATER].what = what;
}

static void come_again(int request, int seconds) { put_later(request, seconds); }

static void open_watcher(int nth) {
    struct watcher *w = &watchers[nth];
    *w = (struct watcher){.id = -1, .position = w->position, .state = HEAD};
    is_whole_now[nth] = 0;
    char request[4096];
    const char *headers = asked[nth] + strlen(asked[nth]) + 1;
    int length = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
                          "%sLast-Event-ID: %s\r\n\r\n", asked[nth], headers, ids[nth]);
    w->fd = dial(port, nth);
    in_flight++;
    if (w->fd < 0 || send(w->fd, request, length, MSG_NOSIGNAL) != length) end_with("connect");
    fcntl(w->fd, F_SETFL, O_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = nth};
    epoll_ctl(epoll, EPOLL_CTL_ADD, w->fd, &event);
}

static void leave(struct watcher *w) {
    if (w->is_ready) ready--;
    else in_flight--;
    w->state = GONE;
    close(w->fd);
}

static void on_data(struct watcher *w, const char *line, size_t length) {
    static const char BOARD[] = "data: <hx-partial hx-target=\"#order-dialogs\"", GUEST[] = "data: <hx-partial hx-target=\"#progress\"";
    if (length >= sizeof BOARD - 1 && !memcmp(line, BOARD, sizeof BOARD - 1)) is_whole_now[w - watchers] = 1;
    if (length >= sizeof GUEST - 1 && !memcmp(line, GUEST, sizeof GUEST - 1)) is_whole_now[w - watchers] = 1;
}

static void on_id(struct watcher *w, const char *id, size_t length) {
    snprintf(coming[w - watchers], ID, "%.*s", (int)length, id);
}

static const char *digits_of_guest(const char *id) {
    const char *dash = strchr(id, '-');
    return dash && strlen(dash + 1) == 32 ? dash + 1 : 0;
}

static void on_frame(struct watcher *w) {
    const char *id = coming[w - watchers], *digits = w->id >= 0 ? digits_of_guest(id) : 0;
    if (w->id >= 0) memcpy(ids[w - watchers], id, ID);
    if (w->has_data && !w->is_named && w->id >= 0) {
        if (frame_count == frame_room) frames = realloc(frames, (frame_room = frame_room * 2 + 4096) * sizeof *frames);
        int is_whole = is_whole_now[w - watchers];
        struct came *came = &frames[frame_count++];
        *came = (struct came){now, w->id, 0, w - watchers, is_whole};
        if (digits) {
            char half[17] = "";
            came->high = strtoull(memcpy(half, digits, 16), 0, 16);
            came->position = (int64_t)strtoull(digits + 16, 0, 16);
        } else if (w->id <= w->position && !is_whole) repeated++;
    }
    if (!digits && w->id > w->position) w->position = w->id;
    if (!w->is_ready && (w->has_data || w->is_named)) w->is_ready = 1, in_flight--, ready++;
    is_whole_now[w - watchers] = 0;
}

static void on_head(struct watcher *w) { (void)w; }

static void on_refusal(struct watcher *w, const char *line, size_t length) {
    if (refused + failed < 3) fprintf(stderr, "refused: %.*s %s\n", (int)length, line, asked[w - watchers]);
    leave(w);
    if (memcmp(line + 9, "503", 3)) failed++;
    else refused++, put_later(STREAM | (w - watchers), 1);
}

static void receive(struct watcher *w) {
    static char buffer[262144];
    for (ssize_t got = sizeof buffer; got == sizeof buffer && w->state != GONE;) {
        got = recv(w->fd, buffer, sizeof buffer, 0);
        if (got < 0 && errno == EAGAIN) return;
        now = now_ns();
        if (got > 0) read_bytes(w, buffer, buffer + got);
        else leave(w), cut++, put_later(STREAM | (w - watchers), 1);
    }
}

static void say_counts(const char *event) {
    printf("{\"event\":\"%s\",\"began_ns\":%lld,\"seconds\":%.3f,\"ready\":%d,\"failed\":%d,\"frames\":%zu,\"requests\":%d,"
           "\"answered\":%d,\"busy\":%d,\"cut_requests\":%d,\"turned\":%d,\"cut\":%d,\"refused\":%d,\"repeated\":%d}\n",
           event, (long long)play_began, (now_ns() - began) / 1e9, ready, failed, frame_count, request_count,
           answered_count, busy_count, cut_count, turned, cut, refused, repeated);
    fflush(stdout);
}

static void write_file(const char *path, const void *what, size_t size) {
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(what, 1, size, file) != size || fclose(file)) end_with(path);
}

static void stop(const char *frames_path, const char *answers_path) {
    struct answer *answers = malloc((request_count + 1) * sizeof *answers);
    for (int k = 0; k < request_count; k++)
        answers[k] = (struct answer){requests[k].sent, requests[k].answered, requests[k].status, requests[k].tries};
    write_file(frames_path, frames, frame_count * sizeof *frames);
    write_file(answers_path, answers, request_count * sizeof *answers);
    turnover = 0;
    say_counts("stopped");
}

static void obey(char *line) {
    static char one[512], two[512];
    if (sscanf(line, "play %511s %lf", one, &turnover) == 2) {
        if (strcmp(one, "-")) read_requests(one);
        next_turn = play_began = now_ns() + 100000000;
        frame_count = 0;
        say_counts("playing");
    } else if (sscanf(line, "stop %511s %511s", one, two) == 2) stop(one, two);
    else say_counts("report");
}

// Somebody goes away and comes back at once to where they were.
static void turn_one(void) {
    int nth = (int)(drand48() * total);
    next_turn += (int64_t)(1e9 / turnover);
    if (!watchers[nth].is_ready || watchers[nth].state == GONE) return;
    leave(&watchers[nth]);
    open_watcher(nth);
    turned++;
}

// Everything whose time has come; how many milliseconds the next thing has, rounded up: who waits may not spin.
static int do_due(void) {
    int64_t wanted = 50000000;
    for (int k = 0; k < 32 && next < total && in_flight < WINDOW; k++) open_watcher(next++);
    if (next < total && in_flight < WINDOW) wanted = 0;
    for (now = now_ns(); later_first != later_last && later[later_first % LATER].at <= now; later_first++) {
        int what = later[later_first % LATER].what;
        if (what & STREAM) open_watcher(what & ~STREAM);
        else send_request(what);
    }
    while (turnover > 0 && next_turn <= now_ns()) turn_one();
    if (turnover > 0 && next_turn - now < wanted) wanted = next_turn - now;
    while (next_request < request_count && requests[next_request].at + play_began <= (now = now_ns())) begin_request(next_request++);
    if (next_request < request_count && requests[next_request].at + play_began - now < wanted) wanted = requests[next_request].at + play_began - now;
    return wanted <= 0 ? 0 : (int)((wanted + 999999) / 1000000);
}

static void read_streams(const char *path) {
    size_t size;
    char *text = read_file(path, &size);
    for (char *c = text; (c = strchr(c, '\n')); c++) total++;
    watchers = calloc(total, sizeof *watchers);
    ids = calloc(total, sizeof *ids);
    coming = calloc(total, sizeof *coming);
    asked = calloc(total, sizeof *asked);
    is_whole_now = calloc(total, 1);
    char *rest = text;
    for (int k = 0; k < total; k++) {
        char *line = strsep(&rest, "\n"), *headers = malloc(strlen(line) + 64), *at = headers;
        snprintf(ids[k], ID, "%s", strsep(&line, "\t"));
        watchers[k].position = position_in(ids[k], strlen(ids[k]));
        at += sprintf(at, "%s", strsep(&line, "\t")) + 1;
        for (*at = 0; line;) at += sprintf(at, "%s\r\n", strsep(&line, "\t"));
        asked[k] = headers;
    }
}

int main(int argc, char **argv) {
    if (argc != 3) return fprintf(stderr, "usage: many PORT STREAMS\n"), 2;
    port = atoi(argv[1]);
    allow_many_files();
    read_streams(argv[2]);
    callers = calloc(CALLERS, sizeof *callers);
    epoll = epoll_create1(0);
    struct epoll_event commands = {.events = EPOLLIN, .data.u32 = STDIN}, events[1024];
    epoll_ctl(epoll, EPOLL_CTL_ADD, 0, &commands);
    for (began = now_ns();;) {
        int n = epoll_wait(epoll, events, 1024, do_due());
        for (int i = 0; i < n; i++) {
            int id = events[i].data.u32;
            if (id == STDIN) read_commands();
            else if (id & CALLER) on_answer(id & ~CALLER);
            else if (watchers[id].state != GONE) receive(&watchers[id]);
        }
        if (!told && ready + failed == total) told = 1, say_counts("ready");
    }
}
