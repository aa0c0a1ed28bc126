/*
 * Preloaded into a server, this makes every disk one that permits less: permission bits, owners, times and hard links are refused,
 * as on FAT, NTFS and CIFS mounts, none of which can be made without the kernel's help.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

static int refuse(void) { errno = EPERM; return -1; }
int chmod(const char *p, mode_t m) { (void)p; (void)m; return refuse(); }
int fchmod(int f, mode_t m) { (void)f; (void)m; return refuse(); }
int link(const char *a, const char *b) { (void)a; (void)b; return refuse(); }
int linkat(int a, const char *b, int c, const char *d, int e) { (void)a; (void)b; (void)c; (void)d; (void)e; return refuse(); }
int chown(const char *p, uid_t u, gid_t g) { (void)p; (void)u; (void)g; return refuse(); }
int fchown(int f, uid_t u, gid_t g) { (void)f; (void)u; (void)g; return refuse(); }
int lchown(const char *p, uid_t u, gid_t g) { (void)p; (void)u; (void)g; return refuse(); }
int futimens(int f, const struct timespec t[2]) { (void)f; (void)t; return refuse(); }
int utimensat(int d, const char *p, const struct timespec t[2], int g) { (void)d; (void)p; (void)t; (void)g; return refuse(); }
