/* What a program asks of the C library, in the words of strace: for a machine where
   strace is not. A program that asks the kernel itself is not seen. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void told(const char *form, ...) {
  char line[3 * PATH_MAX];
  int before = errno, used = snprintf(line, sizeof line, "%d ", (int)getpid());
  const char *log = getenv("TRACER_CALLS");
  va_list words;
  va_start(words, form);
  used += vsnprintf(line + used, sizeof line - used - 1, form, words);
  va_end(words);
  if (used > (int)sizeof line - 2) used = sizeof line - 2;
  for (int i = 0; i < used; i++)
    if (line[i] == '\n') line[i] = '?';
  line[used++] = '\n';
  int fd = log ? syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND, 0600) : -1;
  if (fd >= 0) {
    if (write(fd, line, used) != used) abort();
    syscall(SYS_close, fd);
  }
  errno = before;
}

static void reached(const char *call, const struct sockaddr *to) {
  char text[INET6_ADDRSTRLEN] = "";
  if (to == NULL) return;
  if (to->sa_family == AF_INET) {
    const struct sockaddr_in *in = (const void *)to;
    inet_ntop(AF_INET, &in->sin_addr, text, sizeof text);
    told("%s({sa_family=AF_INET, sin_port=htons(%d), sin_addr=inet_addr(\"%s\")})", call,
         ntohs(in->sin_port), text);
  } else if (to->sa_family == AF_INET6) {
    const struct sockaddr_in6 *in = (const void *)to;
    inet_ntop(AF_INET6, &in->sin6_addr, text, sizeof text);
    told("%s({sa_family=AF_INET6, sin6_port=htons(%d), inet_pton(AF_INET6, \"%s\")})",
         call, ntohs(in->sin6_port), text);
  } else if (to->sa_family == AF_UNIX)
    told("%s({sa_family=AF_UNIX, sun_path=\"%.100s\"})", call,
         ((const struct sockaddr_un *)to)->sun_path);
  else
    told("%s({sa_family=%s})", call,
         to->sa_family == AF_NETLINK ? "AF_NETLINK"
         : to->sa_family == AF_UNSPEC ? "AF_UNSPEC" : "AF_OTHER");
}

int connect(int fd, const struct sockaddr *to, socklen_t size) {
  reached("connect", to);
  return NEXT(connect)(fd, to, size);
}
int bind(int fd, const struct sockaddr *to, socklen_t size) {
  reached("bind", to);
  return NEXT(bind)(fd, to, size);
}
ssize_t sendto(int fd, const void *data, size_t n, int flags, const struct sockaddr *to,
               socklen_t size) {
  reached("sendto", to);
  return NEXT(sendto)(fd, data, n, flags, to, size);
}
ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
  reached("sendmsg", message->msg_name);
  return NEXT(sendmsg)(fd, message, flags);
}
int sendmmsg(int fd, struct mmsghdr *messages, unsigned n, int flags) {
  for (unsigned i = 0; i < n; i++) reached("sendmmsg", messages[i].msg_hdr.msg_name);
  return NEXT(sendmmsg)(fd, messages, n, flags);
}
int getaddrinfo(const char *name, const char *port, const struct addrinfo *hints,
                struct addrinfo **found) {
  if (name) told("getaddrinfo(\"%s\")", name);
  return NEXT(getaddrinfo)(name, port, hints, found);
}
struct hostent *gethostbyname(const char *name) {
  told("getaddrinfo(\"%s\")", name);
  return NEXT(gethostbyname)(name);
}

static void opened(int fd, int flags) {
  char link[64], path[PATH_MAX];
  if (fd < 0 || !(flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC))) return;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  int before = errno;
  ssize_t n = readlink(link, path, sizeof path - 1);
  errno = before;
  if (n > 0) told("open(O_RDWR) = %d<%.*s>", fd, (int)n, path);
}

#define MODE(flags)                                  \
  mode_t mode = 0;                                   \
  if ((flags) & (O_CREAT | __O_TMPFILE)) {           \
    va_list more;                                    \
    va_start(more, flags);                           \
    mode = va_arg(more, mode_t);                     \
    va_end(more);                                    \
  }
#define OPEN(name)                                   \
  int name(const char *path, int flags, ...) {       \
    MODE(flags)                                      \
    int fd = NEXT(name)(path, flags, mode);          \
    opened(fd, flags);                               \
    return fd;                                       \
  }
#define OPENAT(name)                                 \
  int name(int at, const char *path, int flags, ...) { \
    MODE(flags)                                      \
    int fd = NEXT(name)(at, path, flags, mode);      \
    opened(fd, flags);                               \
    return fd;                                       \
  }
#define FOPEN(name)                                  \
  FILE *name(const char *path, const char *how) {    \
    FILE *file = NEXT(name)(path, how);              \
    if (file && strpbrk(how, "wa+")) opened(fileno(file), O_RDWR); \
    return file;                                     \
  }
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)
FOPEN(fopen)
FOPEN(fopen64)
int creat(const char *path, mode_t mode) {
  int fd = NEXT(creat)(path, mode);
  opened(fd, O_CREAT);
  return fd;
}

static int made(const char *call, int code, int at, const char *path) {
  char link[64], folder[PATH_MAX] = "";
  int before = errno;
  if (code < 0) return code;
  if (path[0] != '/') {
    if (at == AT_FDCWD) snprintf(link, sizeof link, "/proc/self/cwd");
    else snprintf(link, sizeof link, "/proc/self/fd/%d", at);
    ssize_t n = readlink(link, folder, sizeof folder - 1);
    if (n < 0) n = 0;
    folder[n] = 0;
  }
  told("%s(%s%s%s\"%s\") = 0", call, folder[0] ? "<" : "", folder,
       folder[0] ? ">, " : "", path);
  errno = before;
  return code;
}

#define HERE AT_FDCWD
#define MADE(name, words, given, at, path)           \
  int name words { return made(#name, NEXT(name) given, at, path); }
MADE(mkdir, (const char *p, mode_t m), (p, m), HERE, p)
MADE(mkdirat, (int d, const char *p, mode_t m), (d, p, m), d, p)
MADE(mknod, (const char *p, mode_t m, dev_t v), (p, m, v), HERE, p)
MADE(truncate, (const char *p, off_t n), (p, n), HERE, p)
MADE(unlink, (const char *p), (p), HERE, p)
MADE(unlinkat, (int d, const char *p, int f), (d, p, f), d, p)
MADE(rmdir, (const char *p), (p), HERE, p)
MADE(chmod, (const char *p, mode_t m), (p, m), HERE, p)
MADE(fchmodat, (int d, const char *p, mode_t m, int f), (d, p, m, f), d, p)
MADE(symlink, (const char *o, const char *p), (o, p), HERE, p)
MADE(symlinkat, (const char *o, int d, const char *p), (o, d, p), d, p)
MADE(link, (const char *o, const char *p), (o, p), HERE, p)
MADE(linkat, (int e, const char *o, int d, const char *p, int f), (e, o, d, p, f), d, p)

int rename(const char *from, const char *to) {
  int code = NEXT(rename)(from, to);
  made("rename", code, HERE, from);
  return made("rename", code, HERE, to);
}
int renameat(int e, const char *from, int d, const char *to) {
  int code = NEXT(renameat)(e, from, d, to);
  made("renameat", code, e, from);
  return made("renameat", code, d, to);
}
int renameat2(int e, const char *from, int d, const char *to, unsigned flags) {
  int code = NEXT(renameat2)(e, from, d, to, flags);
  made("renameat2", code, e, from);
  return made("renameat2", code, d, to);
}
