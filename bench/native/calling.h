// Requests at their own times over connections that are kept and used again: the one used last first.
#ifndef CALLING_H
#define CALLING_H
#include "wire.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>

enum { CALLERS = 4000, ANSWER = 65536, CALLER = 1 << 30 };
static const int64_t IDLE = 2000000000;     // nanoseconds after which a connection is not trusted any more

// `after` must have been answered before it is sent, `then` waits for it; -1: none. Times are 0 until they come.
struct request { int64_t at, sent, answered; char *text; int size, after, then, status, tries; };
struct caller { int fd, request, got, is_reused; int64_t idle_since; char answer[ANSWER]; };

static struct request *requests;
static int request_count, answered_count, busy_count, cut_count;
static struct caller *callers;
static int idle_callers[CALLERS], idle_count, used_callers, free_callers[CALLERS], free_count;

// What the program makes of an answer that says to come again; and its epoll and port.
static void come_again(int request, int seconds);
static int epoll, port;

// FILE holds requests as they go over the wire, each after a line: when (microseconds), after whom, its size.
static void read_requests(const char *path) {
    size_t size, room = 1024;
    char *text = read_file(path, &size), *end = text + size;
    requests = malloc(room * sizeof *requests);
    while (text < end) {
        if ((size_t)request_count == room) requests = realloc(requests, (room *= 2) * sizeof *requests);
        struct request *request = &requests[request_count++];
        *request = (struct request){.at = strtoll(text, &text, 10) * 1000, .then = -1};
        request->after = strtol(text, &text, 10);
        request->size = strtol(text, &text, 10);
        request->text = ++text;
        text += request->size;
    }
}

static void hang_up(int c) {
    close(callers[c].fd);
    callers[c].fd = -1;
    free_callers[free_count++] = c;
}

// The server has closed a connection that nobody needed.
static void hang_up_idle(int c) {
    int at = 0;
    while (idle_callers[at] != c) at++;
    memmove(idle_callers + at, idle_callers + at + 1, (--idle_count - at) * sizeof *idle_callers);
    hang_up(c);
}

static int take_caller(void) {
    int64_t now = now_ns();
    while (idle_count) {
        int c = idle_callers[--idle_count];
        if (now - callers[c].idle_since < IDLE) return callers[c].is_reused = 1, c;
        hang_up(c);
    }
    if (!free_count && used_callers == CALLERS) return -1;
    int c = free_count ? free_callers[--free_count] : used_callers++;
    if ((callers[c].fd = dial(port, c)) < 0) end_with("connect");
    callers[c].is_reused = 0;
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = c | CALLER};
    epoll_ctl(epoll, EPOLL_CTL_ADD, callers[c].fd, &event);
    return c;
}

static void send_request(int k) {
    struct request *request = &requests[k];
    int c = take_caller();
    if (c < 0) return come_again(k, 1);
    if (!request->sent) request->sent = now_ns();
    request->tries++;
    callers[c].request = k, callers[c].got = 0;
    // A connection that the server has just closed says so in its answer, or rather in having none.
    if (send(callers[c].fd, request->text, request->size, MSG_NOSIGNAL) != request->size) shutdown(callers[c].fd, SHUT_RDWR);
}

// A request whose time has come; it waits for the one before it, as a person waits for the card.
static void begin_request(int k) {
    int after = requests[k].after;
    if (after >= 0 && !requests[after].answered) requests[after].then = k;
    else send_request(k);
}

static void settle(int k, int status) {
    requests[k].answered = now_ns();
    requests[k].status = status;
    answered_count++;
    if (requests[k].then >= 0) send_request(requests[k].then);
}

static int is_whole(struct caller *caller, const char *body, int status) {
    if (status == 204) return 1;
    char *length = strcasestr(caller->answer, "\r\ncontent-length:");
    if (length && length < body) return caller->got - (body - caller->answer) >= atol(length + 17);
    return caller->got >= 5 && !memcmp(caller->answer + caller->got - 5, "0\r\n\r\n", 5);
}

static void on_answer(int c) {
    struct caller *caller = &callers[c];
    int k = caller->request;
    ssize_t got = recv(caller->fd, caller->answer + caller->got, ANSWER - 1 - caller->got, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (k < 0) return hang_up_idle(c);
    if (got <= 0) {
        int is_stale = caller->is_reused && !caller->got && requests[k].tries < 5;
        caller->request = -1;
        hang_up(c);
        if (is_stale) send_request(k);
        else cut_count++, settle(k, 0);
        return;
    }
    caller->got += got;
    caller->answer[caller->got] = 0;
    char *head_end = strstr(caller->answer, "\r\n\r\n");
    int status = caller->got > 12 ? atoi(caller->answer + 9) : 0;
    if (!head_end || !is_whole(caller, head_end + 4, status)) return;
    char *closing = strcasestr(caller->answer, "\r\nconnection: close");
    char *again = strcasestr(caller->answer, "\r\nretry-after:");
    int seconds = again && again < head_end ? atoi(again + 14) : 1;
    caller->request = -1, caller->idle_since = now_ns();
    if (closing && closing < head_end) hang_up(c);
    else idle_callers[idle_count++] = c;
    if (status == 503) busy_count++, come_again(k, seconds < 1 ? 1 : seconds);
    else settle(k, status);
}
#endif
