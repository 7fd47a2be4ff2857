"""Right solutions of ps3_backward in different styles: name -> the notebook's code."""

# What the notebook's set-up cell has, and the shortest solutions, for styles that differ elsewhere.
SETUP = """
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    return gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps) + beta

def numerical_gradient(f, x, dy, h=1e-5):
    dx = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        above, below = x.astype(np.float64), x.astype(np.float64)
        above[index] += h
        below[index] -= h
        dx[index] = np.sum(dy * (f(above) - f(below))) / (2 * h)
    return dx

def compact_dx(dy, x_hat, std, gamma):
    return gamma / std * (dy - dy.mean(axis=0) - x_hat * (dy * x_hat).mean(axis=0))

def batchnorm_backward(dy, x, gamma, eps=1e-5):
    std = np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) / std
    return compact_dx(dy, x_hat, std, gamma), (dy * x_hat).sum(axis=0), dy.sum(axis=0)
"""

RIGHT = {
    "staged, a test by numerical gradients": SETUP
    + """
def batchnorm_backward(dout, x, gamma, eps=1e-5):
    N, D = x.shape
    mu = 1 / N * np.sum(x, axis=0)
    xmu = x - mu
    sq = xmu**2
    var = 1 / N * np.sum(sq, axis=0)
    sqrtvar = np.sqrt(var + eps)
    ivar = 1 / sqrtvar
    xhat = xmu * ivar

    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * xhat, axis=0)
    dxhat = dout * gamma
    divar = np.sum(dxhat * xmu, axis=0)
    dxmu1 = dxhat * ivar
    dsqrtvar = -1 / (sqrtvar**2) * divar
    dvar = 0.5 / np.sqrt(var + eps) * dsqrtvar
    dsq = 1 / N * np.ones((N, D), x.dtype) * dvar
    dxmu2 = 2 * xmu * dsq
    dx1 = dxmu1 + dxmu2
    dmu = -1 * np.sum(dx1, axis=0)
    return dx1 + 1 / N * np.ones((N, D), x.dtype) * dmu, dgamma, dbeta

def test_backward(batchnorm_backward):
    rng = np.random.default_rng(1)
    for eps in (1e-5, 1.0):
        x, dy, gamma = rng.normal(size=(4, 3)), rng.normal(size=(4, 3)), rng.normal(size=3)
        got = batchnorm_backward(dy, x, gamma, eps)
        for one, (f, at) in zip(got, [
            (lambda x: batchnorm_forward(x, gamma, 0, eps), x),
            (lambda gamma: batchnorm_forward(x, gamma, 0, eps), gamma),
            (lambda beta: batchnorm_forward(x, gamma, beta, eps), np.zeros(3)),
        ]):
            np.testing.assert_allclose(one, numerical_gradient(f, at, dy), rtol=1e-4, atol=1e-6)
""",
    "compact, a test by comparison with one's own": SETUP
    + """
def test_backward(batchnorm_backward):
    mine = globals()["batchnorm_backward"]
    rng = np.random.default_rng(2)
    for eps in 1e-5, 0.1, 2.0:
        arguments = rng.normal(size=(6, 2)), rng.normal(3, 2, (6, 2)), rng.normal(size=2), eps
        for one, other in zip(batchnorm_backward(*arguments), mine(*arguments)):
            assert one.shape == other.shape, "wrong shape"
            assert abs(one - other).max() < 1e-9, "wrong values"
    return "fine"
""",
    "loops over everything": """
def numerical_gradient(f, x, dy, h=1e-5):
    x = np.array(x, dtype=float)
    flat = x.ravel()
    gradient = []
    for i in range(len(flat)):
        old = flat[i]
        flat[i] = old + h
        above = (f(x) * dy).sum()
        flat[i] = old - h
        below = (f(x) * dy).sum()
        flat[i] = old
        gradient.append((above - below) / (2 * h))
    return np.array(gradient).reshape(x.shape)

def compact_dx(dy, x_hat, std, gamma):
    N, D = dy.shape
    dx = np.zeros_like(x_hat)
    for d in range(D):
        mean = sum(dy[n, d] for n in range(N)) / N
        share = sum(dy[n, d] * x_hat[n, d] for n in range(N)) / N
        for n in range(N):
            dx[n, d] = gamma[d] / std[d] * (dy[n, d] - mean - x_hat[n, d] * share)
    return dx

def batchnorm_backward(dy, x, gamma, eps=1e-5):
    N, D = x.shape
    dx, dgamma, dbeta = np.zeros_like(x), np.zeros_like(gamma), np.zeros_like(gamma)
    for d in range(D):
        mean = float(sum(x[:, d])) / N
        variance = sum((float(value) - mean) ** 2 for value in x[:, d]) / N
        std = (variance + eps) ** 0.5
        x_hat = [(float(value) - mean) / std for value in x[:, d]]
        for n in range(N):
            dbeta[d] += dy[n, d]
            dgamma[d] += dy[n, d] * x_hat[n]
        for n in range(N):
            for m in range(N):
                same = 1 if n == m else 0
                dx[n, d] += dy[m, d] * gamma[d] / std * (same - 1 / N - x_hat[n] * x_hat[m] / N)
    return dx, dgamma, dbeta

def test_backward(batchnorm_backward):
    def loss(x, gamma, beta, eps, dy):
        std = (x.var(axis=0) + eps) ** 0.5
        return float((dy * (gamma * (x - x.mean(axis=0)) / std + beta)).sum())
    rng = np.random.RandomState(3)
    for eps in [0.3, 1e-5]:
        for _ in range(2):
            x, dy = rng.randn(4, 2) * 2 + 1, rng.randn(4, 2)
            gamma, beta = rng.rand(2) + 1, rng.rand(2)
            dx, dgamma, dbeta = batchnorm_backward(dy=dy, x=x, gamma=gamma, eps=eps)
            for which, gradient in enumerate([dx, dgamma, dbeta]):
                point = [x, gamma, beta]
                for index in np.ndindex(point[which].shape):
                    values = []
                    for step in (1e-5, -1e-5):
                        moved = [array.copy() for array in point]
                        moved[which][index] += step
                        values.append(loss(*moved, eps, dy))
                    expected = (values[0] - values[1]) / 2e-5
                    if gradient.shape != point[which].shape or not np.isclose(
                        gradient[index], expected, rtol=1e-4, atol=1e-6
                    ):
                        raise AssertionError(f"gradient {which} at {index}")
""",
    "einsum, a test along directions": SETUP
    + """
def numerical_gradient(f, x, dy, h=1e-5):
    x = np.asarray(x, np.float64)
    units = np.eye(x.size).reshape(x.size, *x.shape)
    steps = [np.vdot(dy, f(x + h * e)) - np.vdot(dy, f(x - h * e)) for e in units]
    return np.reshape(steps, x.shape) / h / 2

def compact_dx(dy, x_hat, std, gamma):
    N = len(dy)
    share = np.einsum("nd,nd->d", dy, x_hat)
    terms = N * dy - np.einsum("nd->d", dy) - np.einsum("d,nd->nd", share, x_hat)
    return np.einsum("d,nd->nd", gamma / (N * std), terms)

def batchnorm_backward(dy, x, gamma, eps=1e-5):
    std = np.sqrt(np.var(x, axis=0) + eps)
    x_hat = np.divide(np.subtract(x, np.mean(x, axis=0)), std)
    dgamma = np.einsum("nd,nd->d", dy, x_hat)
    return compact_dx(dy, x_hat, std, gamma), dgamma, np.einsum("nd->d", dy)

def test_backward(batchnorm_backward):
    rng, h = np.random.default_rng(4), 1e-5
    for eps in (0.5, 1e-3):
        x, dy = rng.normal(2, 1, (5, 4)), rng.normal(size=(5, 4))
        gamma, beta = rng.normal(size=4), rng.normal(size=4)
        gradients = batchnorm_backward(dy, x, gamma, eps)
        for _ in range(10):
            moves = rng.normal(size=(5, 4)), rng.normal(size=4), rng.normal(size=4)
            for i in range(3):
                v = [move * (i == j) for j, move in enumerate(moves)]
                up = batchnorm_forward(x + h * v[0], gamma + h * v[1], beta + h * v[2], eps)
                down = batchnorm_forward(x - h * v[0], gamma - h * v[1], beta - h * v[2], eps)
                slope = np.sum(dy * (up - down)) / (2 * h)
                assert gradients[i].shape == moves[i].shape
                assert abs(np.sum(gradients[i] * moves[i]) - slope) < 1e-5 * (1 + abs(slope))
""",
    "float64 inside, helpers, prints": SETUP
    + """
class Graph:
    def __init__(self, x, eps):
        self.x = np.array(x, dtype=np.float64)
        self.std = (self.x.var(0) + eps) ** 0.5
        self.x_hat = (self.x - self.x.mean(0)) / self.std

    def back(self, dy, gamma):
        dy = np.array(dy, np.float64)
        projected = dy - dy.mean(0) - self.x_hat * (dy * self.x_hat).mean(0)
        return gamma / self.std * projected, (dy * self.x_hat).sum(0), dy.sum(0)

def batchnorm_backward(dy, x, gamma, eps=1e-5):
    print("backward", x.shape)
    return tuple(np.asarray(g, dtype=x.dtype) for g in Graph(x, eps).back(dy, gamma))

def compact_dx(dy, x_hat, std, gamma):
    dx_hat = dy * gamma
    dx = dx_hat - dx_hat.mean(axis=0, keepdims=True)
    dx = dx - x_hat * np.mean(dx_hat * x_hat, axis=0, keepdims=True)
    return (dx / std[np.newaxis, :]).astype(x_hat.dtype)

def check_one(name, got, f, at, dy):
    wanted = numerical_gradient(f, at, dy, h=1e-4)
    scale = np.abs(wanted).max()
    off = np.abs(got - wanted).max() / scale
    print(name, off)
    if off > 1e-4 or got.shape != wanted.shape:
        raise AssertionError(name + " is wrong")

def test_backward(batchnorm_backward):
    np.random.seed(5)
    for eps in [1.0, 1e-2]:
        x, dy, gamma = np.random.randn(6, 3) + 4, np.random.randn(6, 3), np.random.rand(3) + 1
        dx, dgamma, dbeta = batchnorm_backward(dy, x, gamma, eps=eps)
        check_one("dx", dx, lambda v: batchnorm_forward(v, gamma, gamma, eps), x, dy)
        check_one("dgamma", dgamma, lambda v: batchnorm_forward(x, v, gamma, eps), gamma, dy)
        check_one("dbeta", dbeta, lambda v: batchnorm_forward(x, gamma, v, eps), gamma, dy)
""",
    "a list of results, a test that catches and raises again": SETUP
    + """
def numerical_gradient(f, x, dy, h=1e-5):
    x0 = np.asarray(x).astype("float64")
    def loss(position, step):
        moved = x0.copy()
        moved.flat[position] += step
        return np.tensordot(np.asarray(dy), f(moved), axes=np.ndim(dy))
    slopes = [(loss(i, h) - loss(i, -h)) / (2 * h) for i in range(x0.size)]
    return np.asarray(slopes).reshape(x0.shape)

def batchnorm_backward(dy, x, gamma, eps=1e-5):
    n = x.shape[0]
    centred = x - x.mean(axis=0)
    inverse = (np.mean(centred**2, axis=0) + eps) ** -0.5
    dx_hat = gamma[None] * dy
    dvar = np.sum(dx_hat * centred, axis=0) * -0.5 * inverse**3
    dmean = np.sum(dx_hat * -inverse, axis=0) + dvar * np.mean(-2.0 * centred, axis=0)
    dx = dx_hat * inverse + dvar * 2.0 * centred / n + dmean / n
    return [dx, np.sum(dy * centred * inverse, axis=0), np.sum(dy, axis=0)]

def test_backward(batchnorm_backward):
    rng = np.random.default_rng(6)
    x, gamma = rng.normal(size=(5, 2)), rng.uniform(1, 2, 2)
    for eps in (0.1, 1.0):
        x = x + 1 / (1 + x**2)
        dy = rng.normal(size=(5, 2))
        try:
            dx, dgamma, dbeta = batchnorm_backward(dy, x, gamma, eps)
            x_hat = batchnorm_forward(x, 1.0, 0.0, eps)
            np.testing.assert_allclose(dbeta, dy.sum(axis=0), rtol=1e-6)
            np.testing.assert_allclose(dgamma, (dy * x_hat).sum(axis=0), rtol=1e-6, atol=1e-9)
            wanted = numerical_gradient(lambda v: batchnorm_forward(v, gamma, 0, eps), x, dy)
            np.testing.assert_allclose(dx, wanted, rtol=1e-4, atol=1e-7)
        except AssertionError as error:
            raise AssertionError("rejected") from error
""",
    "reverse-mode differentiation of its own": SETUP
    + """
class V:
    def __init__(s, v, ps=()): s.v=np.asarray(v,float); s.g=np.zeros_like(s.v); s.ps=ps
def unb(g, shape):
    while g.ndim>len(shape): g=g.sum(0)
    for i,n in enumerate(shape):
        if n==1 and g.shape[i]!=1: g=g.sum(i,keepdims=True)
    return g
def add(a,b): return V(a.v+b.v,[(a,lambda g:g),(b,lambda g:g)])
def mul(a,b): return V(a.v*b.v,[(a,lambda g:g*b.v),(b,lambda g:g*a.v)])
def pw(a,p): return V(a.v**p,[(a,lambda g:g*p*a.v**(p-1))])
def mean(a): return V(a.v.mean(0),[(a,lambda g:np.broadcast_to(g/len(a.v),a.v.shape))])
def back(out, g):
    order=[];seen=set()
    def visit(n):
        if id(n) in seen: return
        seen.add(id(n))
        for p,_ in n.ps: visit(p)
        order.append(n)
    visit(out); out.g=g.astype(float)
    for n in reversed(order):
        for p,f in n.ps: p.g=p.g+unb(f(n.g),p.v.shape)
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    X=V(x);G=V(gamma);B=V(np.zeros_like(gamma))
    c=add(X,mul(V(-1.),mean(X)))
    xh=mul(c,pw(add(mean(mul(c,c)),V(eps)),-.5))
    y=add(mul(G,xh),B)
    back(y,dy)
    return tuple(a.g.astype(x.dtype) for a in (X,G,B))

def test_backward(batchnorm_backward):
    for seed in range(5):
        rng = np.random.default_rng(seed)
        N, D = rng.integers(2, 8), rng.integers(1, 5)
        x, dy, g = rng.normal(0, 3, (N, D)), rng.normal(size=(N, D)), rng.normal(size=D)
        eps = 10.0 ** rng.integers(-5, 0)
        s = np.sqrt(x.var(0)+eps); xh = (x-x.mean(0))/s
        dx, dg, db = batchnorm_backward(dy, x, g, eps)
        np.testing.assert_allclose(db, dy.sum(0), atol=1e-8)
        np.testing.assert_allclose(dg, (dy*xh).sum(0), atol=1e-8)
        np.testing.assert_allclose(dx, g/s*(dy-dy.mean(0)-xh*(dy*xh).mean(0)), atol=1e-8)
""",
    "the Jacobian of each feature, float32 in the test too": SETUP
    + """
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    N, D = x.shape
    mu, v = x.mean(0), x.var(0)
    s = np.sqrt(v+eps); xh = (x-mu)/s
    dx = np.empty_like(x)
    for d in range(D):
        J = (np.eye(N) - 1/N - np.outer(xh[:, d], xh[:, d])/N) * gamma[d]/s[d]
        dx[:, d] = J.T @ dy[:, d]
    return dx, np.einsum('nd,nd->d', dy, xh), dy.sum(0)

def test_backward(batchnorm_backward):
    rng = np.random.default_rng(0)
    for dtype, tol in ((np.float64, 1e-6), (np.float32, 1e-2)):
        for eps in (1e-5, 1e-1):
            x, dy, g = (rng.normal(size=s).astype(dtype) for s in ((6, 4), (6, 4), (4,)))
            before = x.copy(), dy.copy(), g.copy()
            out = batchnorm_backward(dy, x, g, eps=eps)
            assert isinstance(out, (tuple, list)) and len(out) == 3
            for a, b in zip((x, dy, g), before): assert np.array_equal(a, b)
            X = x.astype(float); s = np.sqrt(X.var(0)+eps); xh = (X-X.mean(0))/s
            want = g/s*(dy-dy.mean(0)-xh*(dy*xh).mean(0)), (dy*xh).sum(0), dy.sum(0)
            for o, w in zip(out, want):
                assert o.dtype == dtype
                assert o.shape == w.shape
                assert np.abs(o-w).max() <= tol
""",
}
