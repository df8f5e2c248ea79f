/* What glibc's <crypt.h> declares, for Pythons whose Python.h includes it (3.6 to 3.8): the C library that comes with
   zig has no such header. Nothing is linked: who calls these must link libcrypt. */
#ifndef YUNFN_CRYPT_H
#define YUNFN_CRYPT_H
#ifdef __cplusplus
extern "C" {
#endif
struct crypt_data;
char *crypt(const char *key, const char *salt);
char *crypt_r(const char *key, const char *salt, struct crypt_data *data);
#ifdef __cplusplus
}
#endif
#endif
