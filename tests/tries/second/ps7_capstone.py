"""Wrong implementations for problem set 7, of a second round."""

from tries import Try

TRIES: list[Try] = [
    Try(
        "build_model",
        "The linear layers have biases in front of the norms.",
        """
def build_model(widths, batchnorm):
    net = nn.Sequential()
    for i in range(len(widths) - 2):
        net.append(nn.Linear(widths[i], widths[i + 1]))
        if batchnorm:
            net.append(nn.BatchNorm1d(widths[i + 1]))
        net.append(nn.Sigmoid())
    net.append(nn.Linear(widths[-2], widths[-1]))
    return net
""",
        ("redundant-bias",),
    ),
    Try(
        "build_model",
        "The norm comes before the linear layer.",
        """
def build_model(widths, batchnorm):
    net = []
    for a, b in zip(widths[:-2], widths[1:-1]):
        if batchnorm:
            net.append(nn.BatchNorm1d(a))
        net += [nn.Linear(a, b, bias=not batchnorm), nn.Sigmoid()]
    net.append(nn.Linear(widths[-2], widths[-1]))
    return nn.Sequential(*net)
""",
        ("norm-before-linear", "slip-order"),
    ),
    Try(
        "train",
        "The rate is divided by the size of the batch.",
        """
def train(model, batches, lr):
    model.train()
    losses = []
    for x, y in batches:
        opt = torch.optim.SGD(model.parameters(), lr=lr / len(x))
        opt.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        opt.step()
        losses.append(loss.item())
    return losses
""",
        ("rate-ignored", "slip-factor", "slip-count"),
    ),
    Try(
        "predict",
        "softmax is returned, not the class.",
        """
def predict(model, x):
    was = model.training
    model.eval()
    with torch.no_grad():
        p = torch.softmax(model(x), dim=1)
    model.train(was)
    return p
""",
        ("logits", "slip-left-out"),
    ),
]
