// posts: sends prepared requests over keep-alive connections, each as soon as the one before it was answered.
//
//   posts PORT FILE CONNECTIONS RATE
//
// FILE holds requests as they go over the wire, each after a line with its size. Connection k sends requests k,
// k + CONNECTIONS, ... in turn. RATE 0 is as fast as they are answered; else so many a second, each at its time.
// Answers one line of JSON: how many answers of each status, and for each request when it was sent and answered
// (nanoseconds, CLOCK_MONOTONIC).
#define _GNU_SOURCE
#include "wire.h"
#include <string.h>
#include <sys/epoll.h>

struct request { char *text; size_t size; int64_t sent, answered; };
struct caller { int fd, at; size_t got; char answer[262144]; };

static struct request *requests;
static struct caller *callers;
static int port, total, connections, done, epoll, statuses[600], reconnects;
static double rate;
static int64_t began;

static void read_requests(const char *path) {
    size_t size, room = 1024;
    char *text = read_file(path, &size), *end = text + size;
    requests = malloc(room * sizeof *requests);
    while (text < end) {
        if ((size_t)total == room) requests = realloc(requests, (room *= 2) * sizeof *requests);
        size_t length = strtoul(text, &text, 10);
        requests[total++] = (struct request){.text = ++text, .size = length};
        text += length;
    }
}

static void connect_caller(int k) {
    if ((callers[k].fd = dial(port, 0)) < 0) end_with("connect");
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = k};
    epoll_ctl(epoll, EPOLL_CTL_ADD, callers[k].fd, &event);
}

static void send_request(int k) {
    struct request *request = &requests[callers[k].at];
    request->sent = now_ns();
    callers[k].got = 0;
    if (send(callers[k].fd, request->text, request->size, MSG_NOSIGNAL) != (ssize_t)request->size) end_with("send");
}

static int is_whole(struct caller *caller, int status) {
    char *body = strstr(caller->answer, "\r\n\r\n");
    if (!body) return 0;
    if (status == 204) return 1;
    body += 4;
    char *length = strcasestr(caller->answer, "\r\ncontent-length:");
    if (length && length < body) return caller->got - (body - caller->answer) >= strtoul(length + 17, 0, 10);
    return caller->got >= 5 && !memcmp(caller->answer + caller->got - 5, "0\r\n\r\n", 5);
}

// Where the next one is not due yet, it waits for its time in the main loop.
static void finish(int k, int status) {
    struct caller *caller = &callers[k];
    requests[caller->at].answered = now_ns();
    statuses[status]++;
    done++;
    char *closing = strcasestr(caller->answer, "\r\nconnection: close");
    if (closing && closing < strstr(caller->answer, "\r\n\r\n")) {
        close(caller->fd);
        reconnects++;
        connect_caller(k);
    }
    caller->at += connections;
    if (caller->at < total && rate == 0) send_request(k);
}

static void receive(int k) {
    struct caller *caller = &callers[k];
    ssize_t got = recv(caller->fd, caller->answer + caller->got, sizeof caller->answer - 1 - caller->got, 0);
    if (got <= 0) end_with("answer cut short");
    caller->got += got;
    caller->answer[caller->got] = 0;
    int status = caller->got > 12 ? atoi(caller->answer + 9) : 0;
    if (status < 100 || status > 599) status = 0;
    if (status && is_whole(caller, status)) finish(k, status);
}

static void print_result(void) {
    printf("{\"reconnects\":%d,\"statuses\":{", reconnects);
    for (int i = 0, n = 0; i < 600; i++)
        if (statuses[i]) printf("%s\"%d\":%d", n++ ? "," : "", i, statuses[i]);
    printf("},\"sent_ns\":[");
    for (int i = 0; i < total; i++) printf("%s%lld", i ? "," : "", (long long)requests[i].sent);
    printf("],\"answered_ns\":[");
    for (int i = 0; i < total; i++) printf("%s%lld", i ? "," : "", (long long)requests[i].answered);
    printf("]}\n");
}

// The next request that is due and whose connection is free, sent; how long in milliseconds until the one after it.
static int send_due(int *due) {
    while (*due < total) {
        int64_t left = began + (int64_t)(*due * 1e9 / rate) - now_ns();
        if (left > 0) return left / 1000000;
        int k = *due % connections;
        if (callers[k].at != *due) return 1;
        send_request(k);
        ++*due;
    }
    return 1000;
}

int main(int argc, char **argv) {
    if (argc != 5) return fprintf(stderr, "usage: posts PORT FILE CONNECTIONS RATE\n"), 2;
    port = atoi(argv[1]), connections = atoi(argv[3]), rate = atof(argv[4]);
    read_requests(argv[2]);
    epoll = epoll_create1(0);
    callers = calloc(connections, sizeof *callers);
    for (int k = 0; k < connections; k++) callers[k].at = k, connect_caller(k);
    began = now_ns();
    for (int k = 0; k < connections && k < total && rate == 0; k++) send_request(k);
    struct epoll_event events[64];
    for (int due = 0; done < total;) {
        int patience = rate > 0 ? send_due(&due) : -1;
        int n = epoll_wait(epoll, events, 64, patience);
        for (int i = 0; i < n; i++) receive(events[i].data.u32);
    }
    print_result();
}
