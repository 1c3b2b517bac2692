// sseload: many watchers of event streams in one epoll loop, steered by lines on stdin, answering in JSON lines.
//
//   sseload PORT PATH WATCHERS [-h FILE] [-u POSITION] [-w WINDOW] [-f] [-a]
// PATH may hold one %d: the number of the watcher, in six digits.
//     -h  one line of headers a watcher (several divided by tabs), used in turn; its Last-Event-ID is where it stands
//     -u  a watcher is ready once it stands at POSITION or past it, else with its first frame
//     -w  at most so many connected and not yet ready at a time (256)
//     -f  positions are counted frame by frame, for servers with ids of their own
//     -a  a watcher is ready with the answer's head, for servers that send no frame until something happens
//
// A position is the number after the last '-' of a frame's id. Named events (heartbeats) are no deliveries.
// Commands: `expect FROM COUNT` answers once every watcher has been given those positions; `times` then says when the
// last one had each of them (nanoseconds, CLOCK_MONOTONIC); `report` what was counted so far; end of file ends it.
#define _GNU_SOURCE
#include "asking.h"
#include "commands.h"
#include "stream.h"
#include "wire.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>

enum { STDIN = UINT32_MAX };

static struct watcher *watchers;
static int total, port, next, in_flight, ready, refused, failed, dropped;
static int window = 256, by_frame, ready_with_head, epoll, *again, agains;    // whom to open once more
static int64_t until = -1, began, became_ready;
static uint64_t bytes, deliveries, gaps, repeats;

static int64_t from, arrived, first_at, last_at, now;
static int count;
static int64_t *last_of;

static void say_counts(const char *event) {
    printf("{\"event\":\"%s\",\"first_ns\":%lld,\"last_ns\":%lld,\"arrived\":%lld,\"deliveries\":%llu,\"bytes\":%llu,"
           "\"gaps\":%llu,\"repeats\":%llu,\"ready\":%d,\"refused\":%d,\"failed\":%d,\"dropped\":%d}\n",
           event, (long long)first_at, (long long)last_at, (long long)arrived, (unsigned long long)deliveries,
           (unsigned long long)bytes, (unsigned long long)gaps, (unsigned long long)repeats, ready, refused, failed,
           dropped);
    fflush(stdout);
}

static void check_ready(struct watcher *w, int has_begun) {
    if (w->is_ready || !(until < 0 ? has_begun : w->position >= until)) return;
    w->is_ready = 1;
    in_flight--;
    if (++ready + failed == total) became_ready = now;
}

static void deliver(struct watcher *w, int64_t position) {
    deliveries++;
    if (w->position >= 0 && position <= w->position) repeats++;
    else if (w->position >= 0 && position > w->position + 1) gaps++;
    w->position = position;
    if (position < from || position >= from + count) return;
    if (!arrived++) first_at = now;
    last_at = last_of[position - from] = now;
    if (arrived == (int64_t)count * total) say_counts("delivered");
}

static void on_id(struct watcher *w, const char *id, size_t length) { (void)w, (void)id, (void)length; }

static void on_data(struct watcher *w, const char *line, size_t length) { (void)w, (void)line, (void)length; }

static void on_frame(struct watcher *w) {
    if (w->is_named && w->id > w->position) w->position = w->id;
    if (w->has_data && !w->is_named) {
        if (by_frame) deliver(w, w->position + 1);
        else if (w->id >= 0) deliver(w, w->id);
    }
    if (w->has_data || w->is_named) check_ready(w, 1);
}

static void on_head(struct watcher *w) {
    if (ready_with_head) check_ready(w, 1);
}

static void leave(struct watcher *w) {
    if (w->is_ready) dropped++;
    else failed++, in_flight--;
    w->state = GONE;
    close(w->fd);
    if (ready + failed == total && !became_ready) became_ready = now;
}

// Who is told that the server is busy tries again, as a page does, once everybody has had a turn.
static void on_refusal(struct watcher *w, const char *line, size_t length) {
    if (refused + failed < 3) fprintf(stderr, "refused: %.*s\n", (int)length, line);
    if (memcmp(line + 9, "503", 3)) return leave(w);
    again[agains++] = w - watchers;
    refused++, in_flight--;
    w->state = GONE;
    close(w->fd);
}

static void open_watcher(int nth) {
    struct watcher *w = &watchers[nth];
    *w = (struct watcher){.id = -1, .position = by_frame ? 0 : -1, .state = HEAD};
    char request[4096];
    int length = write_request(w, nth, request, sizeof request);
    w->fd = dial(port, nth);
    in_flight++;
    if (w->fd < 0 || send(w->fd, request, length, MSG_NOSIGNAL) != length) leave(w);
    else {
        fcntl(w->fd, F_SETFL, O_NONBLOCK);
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = nth};
        epoll_ctl(epoll, EPOLL_CTL_ADD, w->fd, &event);
    }
}

static int is_opening(void) {
    return (next < total || agains) && in_flight < window;
}

static void receive(struct watcher *w) {
    static char buffer[262144];
    for (ssize_t got = sizeof buffer; got == sizeof buffer && w->state != GONE;) {
        got = recv(w->fd, buffer, sizeof buffer, 0);
        if (got < 0 && errno == EAGAIN) return;
        now = now_ns();
        if (got <= 0) leave(w);
        else bytes += got, read_bytes(w, buffer, buffer + got);
    }
}

static void obey(char *line) {
    long long first;
    if (sscanf(line, "expect %lld %d", &first, &count) == 2) {
        from = first, arrived = first_at = last_at = 0;
        last_of = realloc(last_of, (count + 1) * sizeof *last_of);
        printf("{\"event\":\"expecting\"}\n");
        fflush(stdout);
    } else if (!strncmp(line, "times", 5)) {
        printf("{\"event\":\"times\",\"last_ns\":[");
        for (int i = 0; i < count; i++) printf("%s%lld", i ? "," : "", (long long)last_of[i]);
        printf("]}\n");
        fflush(stdout);
    } else say_counts("report");
}

int main(int argc, char **argv) {
    for (int option; (option = getopt(argc, argv, "h:u:w:fa")) != -1;) {
        if (option == 'h') read_headers(optarg);
        else if (option == 'u') until = atoll(optarg);
        else if (option == 'w') window = atoi(optarg);
        else if (option == 'f') by_frame = 1;
        else if (option == 'a') ready_with_head = 1;
        else return 2;
    }
    if (argc - optind != 3) return fprintf(stderr, "usage: sseload PORT PATH WATCHERS [options]\n"), 2;
    port = atoi(argv[optind]), path = argv[optind + 1], total = atoi(argv[optind + 2]);
    allow_many_files();
    watchers = calloc(total, sizeof *watchers);
    again = calloc(total, sizeof *again);
    epoll = epoll_create1(0);
    struct epoll_event commands = {.events = EPOLLIN, .data.u32 = STDIN}, events[1024];
    epoll_ctl(epoll, EPOLL_CTL_ADD, 0, &commands);
    began = now_ns();
    for (int told = 0;;) {
        for (int k = 0; k < 64 && is_opening(); k++) open_watcher(next < total ? next++ : again[--agains]);
        int n = epoll_wait(epoll, events, 1024, is_opening() ? 0 : -1);
        for (int i = 0; i < n; i++) {
            if (events[i].data.u32 == STDIN) read_commands();
            else if (watchers[events[i].data.u32].state != GONE) receive(&watchers[events[i].data.u32]);
        }
        if (became_ready && !told++) {
            printf("{\"event\":\"ready\",\"seconds\":%.6f,\"began_ns\":%lld,\"refused\":%d,\"failed\":%d,\"bytes\":%llu}\n",
                   (became_ready - began) / 1e9, (long long)began, refused, failed, (unsigned long long)bytes);
            fflush(stdout);
        }
    }
}
