"""Right answers to ps4_where in different styles: each a whole notebook's code."""

LOOPS = """
import numpy as np

def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    N, C, H, W = x.shape
    y = np.zeros_like(x)
    for c in range(C):
        values = [x[n, c, h, w] for n in range(N) for h in range(H) for w in range(W)]
        mean = sum(values) / len(values)
        variance = sum((value - mean) ** 2 for value in values) / len(values)
        for n in range(N):
            for h in range(H):
                for w in range(W):
                    x_hat = (x[n, c, h, w] - mean) / (variance + eps) ** 0.5
                    y[n, c, h, w] = gamma[c] * x_hat + beta[c]
    return y

def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    N, C, H, W = x.shape
    m = N * H * W
    dx, dgamma, dbeta = np.zeros_like(x), np.zeros(C, x.dtype), np.zeros(C, x.dtype)
    for c in range(C):
        std = (x[:, c].var() + eps) ** 0.5
        x_hat = (x[:, c] - x[:, c].mean()) / std
        for n, h, w in np.ndindex(N, H, W):
            dbeta[c] += dy[n, c, h, w]
            dgamma[c] += dy[n, c, h, w] * x_hat[n, h, w]
        for n, h, w in np.ndindex(N, H, W):
            bracket = dy[n, c, h, w] - dbeta[c] / m - x_hat[n, h, w] * dgamma[c] / m
            dx[n, c, h, w] = gamma[c] / std * bracket
    return dx, dgamma, dbeta

def layernorm_forward(x, gamma, beta, eps=1e-5):
    D = x.shape[-1]
    y = np.zeros_like(x)
    for index in np.ndindex(x.shape[:-1]):
        mean = sum(x[index]) / D
        variance = sum((x[index] - mean) ** 2) / D
        for d in range(D):
            y[index][d] = gamma[d] * (x[index][d] - mean) / (variance + eps) ** 0.5 + beta[d]
    return y

def groupnorm_forward(x, gamma, beta, num_groups, eps=1e-5):
    N, C, H, W = x.shape
    size = C // num_groups
    y = np.zeros_like(x)
    for n in range(N):
        for g in range(num_groups):
            group = x[n, g * size : (g + 1) * size]
            mean, variance = group.mean(), group.var()
            for c in range(g * size, (g + 1) * size):
                y[n, c] = gamma[c] * (x[n, c] - mean) / (variance + eps) ** 0.5 + beta[c]
    return y
"""

KEEPDIMS = """
import numpy as np

def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    axes = (0, 2, 3)
    x_hat = (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + eps)
    return gamma.reshape(1, -1, 1, 1) * x_hat + beta.reshape(1, -1, 1, 1)

def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    axes = (0, 2, 3)
    std = np.sqrt(x.var(axes, keepdims=True) + eps)
    x_hat = (x - x.mean(axes, keepdims=True)) / std
    g = dy * gamma[None, :, None, None]
    dx = (g - g.mean(axes, keepdims=True) - x_hat * (g * x_hat).mean(axes, keepdims=True)) / std
    return dx, (dy * x_hat).sum(axes), dy.sum(axes)

def layernorm_forward(x, gamma, beta, eps=1e-5):
    return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + eps) * gamma + beta

def groupnorm_forward(x, gamma, beta, num_groups, eps=1e-5):
    N, C, H, W = x.shape
    g = x.reshape(N, num_groups, C // num_groups, H, W)
    axes = (2, 3, 4)
    g = (g - g.mean(axes, keepdims=True)) / np.sqrt(g.var(axes, keepdims=True) + eps)
    return g.reshape(N, C, H, W) * gamma.reshape(1, C, 1, 1) + beta.reshape(1, C, 1, 1)
"""

ROWS = """
import numpy as np

# Everything is a matrix of rows to standardise, and a way to get there and back.

def standardise_columns(m, eps):
    return (m - m.mean(0)) / np.sqrt(m.var(0) + eps)

def to_rows(x):
    return x.transpose(0, 2, 3, 1).reshape(-1, x.shape[1])

def from_rows(rows, shape):
    N, C, H, W = shape
    return rows.reshape(N, H, W, C).transpose(0, 3, 1, 2)

def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    return from_rows(standardise_columns(to_rows(x), eps) * gamma + beta, x.shape)

def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    dy, rows = to_rows(dy), to_rows(x)
    m = len(rows)
    x_hat = standardise_columns(rows, eps)
    dbeta, dgamma = dy.sum(0), (dy * x_hat).sum(0)
    dx = gamma / np.sqrt(rows.var(0) + eps) / m * (m * dy - dbeta - x_hat * dgamma)
    return from_rows(dx, x.shape), dgamma, dbeta

def layernorm_forward(x, gamma, beta, eps=1e-5):
    columns = x.reshape(-1, x.shape[-1]).T
    return standardise_columns(columns, eps).T.reshape(x.shape) * gamma + beta

def groupnorm_forward(x, gamma, beta, num_groups, eps=1e-5):
    columns = x.reshape(len(x) * num_groups, -1).T
    rows = to_rows(standardise_columns(columns, eps).T.reshape(x.shape))
    return from_rows(rows * gamma + beta, x.shape)
"""

EINSUM = """
import numpy as np

def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    m = x.size // x.shape[1]
    centred = x - np.einsum("nchw->c", x).reshape(-1, 1, 1) / m
    variance = np.einsum("nchw,nchw->c", centred, centred) / m
    scale = gamma / np.sqrt(variance + eps)
    return np.einsum("nchw,c->nchw", centred, scale) + beta[:, None, None]

def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    m = x.size // x.shape[1]
    centred = x - np.einsum("nchw->c", x).reshape(-1, 1, 1) / m
    std = np.sqrt(np.einsum("nchw,nchw->c", centred, centred) / m + eps)
    dbeta = np.einsum("nchw->c", dy)
    dgamma = np.einsum("nchw,nchw,c->c", dy, centred, 1 / std)
    inside = dy - (dbeta / m)[:, None, None]
    inside = inside - np.einsum("nchw,c->nchw", centred, dgamma / std / m)
    return np.einsum("c,nchw->nchw", gamma / std, inside), dgamma, dbeta

def layernorm_forward(x, gamma, beta, eps=1e-5):
    D = x.shape[-1]
    centred = x - np.einsum("...d->...", x)[..., None] / D
    std = np.sqrt(np.einsum("...d,...d->...", centred, centred) / D + eps)
    return np.einsum("...d,...,d->...d", centred, 1 / std, gamma) + beta

def groupnorm_forward(x, gamma, beta, num_groups, eps=1e-5):
    N, C, H, W = x.shape
    parts = np.split(x, num_groups, axis=1)
    done = []
    for part in parts:
        m = part[0].size
        centred = part - np.einsum("nchw->n", part).reshape(N, 1, 1, 1) / m
        std = np.sqrt(np.einsum("nchw,nchw->n", centred, centred) / m + eps)
        done.append(np.einsum("nchw,n->nchw", centred, 1 / std))
    return np.einsum("nchw,c->nchw", np.concatenate(done, axis=1), gamma) + beta.reshape(C, 1, 1)
"""

STAGED = """
import numpy as np

print("a notebook that talks")
A = (0, 2, 3)

def up(v):
    return v[np.newaxis, :, np.newaxis, np.newaxis]

def forward(x, gamma, beta, eps):
    mu = up(x.mean(axis=A))
    xmu = x - mu
    var = up((xmu**2).mean(axis=A))
    sqrtvar = np.sqrt(var + eps)
    ivar = 1.0 / sqrtvar
    xhat = xmu * ivar
    return up(gamma) * xhat + up(beta), (xhat, xmu, ivar, sqrtvar, var)

def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    out, cache = forward(x, gamma, beta, eps)
    return out

def batchnorm2d_backward(dout, x, gamma, eps=1e-5):
    _, (xhat, xmu, ivar, sqrtvar, var) = forward(x, gamma, np.zeros_like(gamma), eps)
    m = x.shape[0] * x.shape[2] * x.shape[3]
    dbeta = np.sum(dout, axis=A)
    dgamma = np.sum(dout * xhat, axis=A)
    dxhat = dout * up(gamma)
    divar = up(np.sum(dxhat * xmu, axis=A))
    dxmu1 = dxhat * ivar
    dsqrtvar = -1.0 / (sqrtvar**2) * divar
    dvar = 0.5 / sqrtvar * dsqrtvar
    dsq = np.ones_like(dout) / m * dvar
    dxmu2 = 2 * xmu * dsq
    dx1 = dxmu1 + dxmu2
    dmu = -up(np.sum(dx1, axis=A))
    dx2 = np.ones_like(dout) / m * dmu
    return [dx1 + dx2, dgamma, dbeta]

def layernorm_forward(x, gamma, beta, eps=1e-5):
    print("layer norm of", x.shape)
    x = np.moveaxis(x, -1, 0)
    mu = x.mean(axis=0)
    var = ((x - mu) ** 2).mean(axis=0)
    x_hat = np.moveaxis((x - mu) / np.sqrt(var + eps), 0, -1)
    return gamma * x_hat + beta

def groupnorm_forward(x, gamma, beta, num_groups, eps=1e-5):
    N, C = x.shape[:2]
    y = np.empty_like(x)
    for n in range(N):
        flat = x[n].reshape(num_groups, -1).T
        flat = (flat - flat.mean(axis=0)) / np.sqrt(flat.var(axis=0) + eps)
        y[n] = flat.T.reshape(x[n].shape)
    return up(gamma) * y + up(beta)
"""

WIDE = '''
import warnings
import numpy as np

class Standardiser:
    """Statistics in float64, over all axes but those kept."""

    __slots__ = ("axes", "eps")

    def __init__(self, axes, eps):
        self.axes, self.eps = axes, eps

    def __call__(self, x):
        x = np.asarray(x, dtype=np.float64)
        mean = np.mean(x, axis=self.axes, keepdims=True)
        variance = np.mean(np.square(x - mean), axis=self.axes, keepdims=True)
        inverse = np.power(variance + self.eps, -0.5)
        return (x - mean) * inverse, inverse

def like(x, *arrays):
    return tuple(array.astype(x.dtype) for array in arrays)

def channel(v):
    return np.expand_dims(v, (0, 2, 3))

def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    warnings.warn("float64 inside, the dtype of x outside", stacklevel=1)
    x_hat, _ = Standardiser((0, 2, 3), eps)(x)
    return (x_hat * channel(gamma) + channel(beta)).astype(x.dtype)

def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    standardise = Standardiser((0, 2, 3), eps)
    x_hat, inverse = standardise(x)
    dbeta = np.sum(dy, axis=(0, 2, 3), dtype=np.float64)
    dgamma = np.sum(dy * x_hat, axis=(0, 2, 3))
    m = dy[:, 0].size
    dx = channel(gamma) * inverse * (dy - channel(dbeta / m) - x_hat * channel(dgamma / m))
    return like(x, dx, dgamma, dbeta)

def layernorm_forward(x, gamma, beta, eps=1e-5):
    x_hat, _ = Standardiser(x.ndim - 1, eps)(x)
    return np.add(np.multiply(x_hat, gamma), beta).astype(x.dtype)

def groupnorm_forward(x, gamma, beta, num_groups, eps=1e-5):
    old = x.shape
    x_hat, _ = Standardiser((2, 3), eps)(x.reshape(old[0], num_groups, -1, old[3]))
    return (x_hat.reshape(old) * channel(gamma) + channel(beta)).astype(x.dtype)
'''

WELFORD = '''
import numpy as np

def running(values):
    """Mean and variance in one pass that does not cancel."""
    count, mean, squares = 0, 0.0, 0.0
    for value in values:
        count += 1
        delta = value - mean
        mean = mean + delta / count
        squares = squares + delta * (value - mean)
    return mean, squares / count

def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    y = x.copy()
    for c in range(x.shape[1]):
        mean, variance = running(x[:, c].ravel())
        y[:, c] = gamma[c] * (x[:, c] - mean) / (variance + eps) ** 0.5 + beta[c]
    return y

def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    dx = np.empty(x.shape, x.dtype)
    dgamma, dbeta = np.empty(len(gamma), x.dtype), np.empty(len(gamma), x.dtype)
    for c in range(len(gamma)):
        d = dy[:, c]
        mean, variance = running(x[:, c].flatten())
        std = np.sqrt(variance + eps)
        x_hat = (x[:, c] - mean) / std
        dbeta[c], dgamma[c] = d.sum(), np.vdot(np.ascontiguousarray(d), np.ascontiguousarray(x_hat))
        dx[:, c] = gamma[c] / std * (d - d.mean() - x_hat * (d * x_hat).mean())
    return dx, dgamma, dbeta

def layernorm_forward(x, gamma, beta, eps=1e-5):
    def one(row):
        mean, variance = running(row)
        return gamma * (row - mean) / np.sqrt(variance + eps) + beta
    return np.apply_along_axis(one, -1, x).astype(x.dtype)

def groupnorm_forward(x, gamma, beta, num_groups, eps=1e-5):
    N, C, H, W = x.shape
    member = np.arange(C) // (C // num_groups)
    y = np.zeros_like(x)
    for n in range(N):
        for g in set(member.tolist()):
            mask = member == g
            mean, variance = running(x[n, mask].reshape(-1))
            y[n, mask] = (x[n, mask] - mean) / np.sqrt(variance + eps)
    y *= gamma.reshape(C, 1, 1)
    y += beta.reshape(C, 1, 1)
    return y
'''

ONE = """
import numpy as np

def _gn(x, G, eps):
    N=x.shape[0]; r=x.reshape(N,G,-1)
    m=r.mean(-1,keepdims=True); v=((r-m)**2).mean(-1,keepdims=True)
    return ((r-m)/np.sqrt(v+eps)).reshape(x.shape)
def groupnorm_forward(x, gamma, beta, num_groups, eps=1e-5):
    return gamma.reshape(-1,1,1)*_gn(x,num_groups,eps)+beta.reshape(-1,1,1)
def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    t=x.transpose(1,0,2,3)
    return gamma[:,None,None]*_gn(t[None],len(gamma),eps)[0].transpose(1,0,2,3)+beta[:,None,None]
def layernorm_forward(x, gamma, beta, eps=1e-5):
    return gamma*_gn(x.reshape(-1,1,x.shape[-1]),1,eps).reshape(x.shape)+beta

from types import SimpleNamespace as S
def fwd(x, eps):
    a=(0,2,3); m=x.mean(a,keepdims=True); v=x.var(a,keepdims=True)
    return S(std=np.sqrt(v+eps), xh=(x-m)/np.sqrt(v+eps), n=x.size//x.shape[1])
def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    c=fwd(x,eps); a=(0,2,3)
    db=dy.sum(a); dg=(dy*c.xh).sum(a)
    up=lambda v:v.reshape(1,-1,1,1)
    return [up(gamma)/c.std/c.n*(c.n*dy-up(db)-c.xh*up(dg)), dg, db]
"""

RIGHT = {
    "loops": LOOPS,
    "keepdims": KEEPDIMS,
    "as rows": ROWS,
    "einsum": EINSUM,
    "staged graph": STAGED,
    "float64 inside": WIDE,
    "welford": WELFORD,
    "one routine for all": ONE,
}
