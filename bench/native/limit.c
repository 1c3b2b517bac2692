// limit: what this machine can do at most. One epoll loop; a POST's body is sent to every watcher in a loop of send(2).
//
//   limit PORT WELCOME    WELCOME is a file with what each watcher is sent first, after the head of its answer
#define _GNU_SOURCE
#include "wire.h"
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

enum { MOST = 65536, LONGEST = 65536 };

static int epoll, open_watchers, place_of[MOST], watchers[MOST];   // place_of[fd]: 1 + its place among the watchers
static char *request_of[MOST], *welcome;                          // what a descriptor has said so far
static size_t said[MOST], welcome_size;

static const char HEAD[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
                           "Cache-Control: no-store\r\nConnection: close\r\n\r\n: connected\n\n";

static void forget(int fd) {
    if (place_of[fd]) {
        int last = watchers[--open_watchers];
        watchers[place_of[fd] - 1] = last;
        place_of[last] = place_of[fd];
        place_of[fd] = 0;
    }
    free(request_of[fd]);
    request_of[fd] = 0;
    said[fd] = 0;
    close(fd);
}

// Waits where a socket is full: whoever reads at the other end is as fast as this machine.
static void send_all(int fd, const char *data, size_t size) {
    for (ssize_t sent; size; data += sent, size -= sent)
        if ((sent = send(fd, data, size, MSG_NOSIGNAL)) < 0) return;
}

static void answer(int fd) {
    char *text = request_of[fd], *body = memmem(text, said[fd], "\r\n\r\n", 4);
    if (!body) return;
    body += 4;
    if (!memcmp(text, "GET ", 4)) {
        send_all(fd, HEAD, sizeof HEAD - 1);
        send_all(fd, welcome, welcome_size);
        watchers[open_watchers++] = fd;
        place_of[fd] = open_watchers;
        said[fd] = 0;
        return;
    }
    text[said[fd]] = 0;
    char *length = strcasestr(text, "content-length:");
    size_t size = length ? strtoul(length + 15, 0, 10) : 0;
    if (said[fd] - (body - text) < size) return;
    for (int i = 0; i < open_watchers; i++) send_all(watchers[i], body, size);
    said[fd] = 0;
    static const char NO_CONTENT[] = "HTTP/1.1 204 No Content\r\n\r\n";
    send_all(fd, NO_CONTENT, sizeof NO_CONTENT - 1);
}

static void hear(int fd) {
    if (place_of[fd]) {
        char nothing[256];
        if (recv(fd, nothing, sizeof nothing, 0) <= 0) forget(fd);
        return;
    }
    if (!request_of[fd]) request_of[fd] = malloc(LONGEST + 1);
    ssize_t got = recv(fd, request_of[fd] + said[fd], LONGEST - said[fd], 0);
    if (got <= 0) return forget(fd);
    said[fd] += got;
    answer(fd);
    if (!said[fd]) free(request_of[fd]), request_of[fd] = 0;
}

static void accept_all(int listener) {
    for (int fd; (fd = accept4(listener, 0, 0, 0)) >= 0;) {
        int on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
        epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
    }
}

int main(int argc, char **argv) {
    if (argc != 3) return fprintf(stderr, "usage: limit PORT WELCOME\n"), 2;
    allow_many_files();
    welcome = read_file(argv[2], &welcome_size);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (void *)&here, sizeof here) < 0 || listen(listener, 4096) < 0) end_with("limit");
    epoll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[1024];
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int n = epoll_wait(epoll, events, 1024, -1);
        for (int i = 0; i < n; i++) {
            if (events[i].data.fd == listener) accept_all(listener);
            else hear(events[i].data.fd);
        }
    }
}
