"""The models of docs/keras-models.md: keras.applications, the examples of keras.io and tensorflow.org, what students write.
Weights are random, inputs small. zoo() yields (group, name, builder)."""

import numpy as np
import keras
from keras import layers as L, ops

A = keras.applications


def app(n, s, **k):
    return lambda: getattr(A, n)(weights=None, input_shape=(s, s, 3), classes=10, **k)


APPS = [
    (n, app(n, s))
    for n, s in (
        ("MobileNet", 32),
        ("MobileNetV2", 32),
        ("MobileNetV3Small", 32),
        ("EfficientNetB0", 32),
        ("EfficientNetV2B0", 32),
        ("ResNet50", 32),
        ("ResNet50V2", 32),
        ("DenseNet121", 32),
        ("VGG16", 32),
        ("Xception", 71),
        ("NASNetMobile", 32),
        ("ConvNeXtTiny", 32),
        ("InceptionV3", 75),
    )
]


# ---- keras.io / TensorFlow tutorials -------------------------------------------------
def mnist_convnet():
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            L.Conv2D(32, (3, 3), activation="relu"),
            L.MaxPooling2D((2, 2)),
            L.Conv2D(64, (3, 3), activation="relu"),
            L.MaxPooling2D((2, 2)),
            L.Flatten(),
            L.Dropout(0.5),
            L.Dense(10, activation="softmax"),
        ]
    )


def from_scratch(s=64, aug=None):
    i = keras.Input((s, s, 3))
    x = aug(i) if aug else i
    x = L.Rescaling(1 / 255)(x)
    x = L.Conv2D(128, 3, strides=2, padding="same")(x)
    x = L.BatchNormalization()(x)
    x = L.Activation("relu")(x)
    prev = x
    for size in [256, 512, 728]:
        x = L.Activation("relu")(x)
        x = L.SeparableConv2D(size, 3, padding="same")(x)
        x = L.BatchNormalization()(x)
        x = L.Activation("relu")(x)
        x = L.SeparableConv2D(size, 3, padding="same")(x)
        x = L.BatchNormalization()(x)
        x = L.MaxPooling2D(3, strides=2, padding="same")(x)
        r = L.Conv2D(size, 1, strides=2, padding="same")(prev)
        x = L.add([x, r])
        prev = x
    x = L.SeparableConv2D(1024, 3, padding="same")(x)
    x = L.BatchNormalization()(x)
    x = L.Activation("relu")(x)
    x = L.GlobalAveragePooling2D()(x)
    x = L.Dropout(0.25)(x)
    return keras.Model(i, L.Dense(1, activation=None)(x))


def aug(s=None):
    return keras.Sequential(
        ([keras.Input((s, s, 3))] if s else []) + [L.RandomFlip("horizontal"), L.RandomRotation(0.1)],
        name="data_augmentation",
    )


def from_scratch_augmented():
    return from_scratch(aug=aug())


def convmixer():
    i = keras.Input((32, 32, 3))
    x = L.Rescaling(1 / 255)(i)

    def act(x):
        return L.BatchNormalization()(L.Activation("gelu")(x))

    x = act(L.Conv2D(64, 2, strides=2)(x))
    for _ in range(3):
        x0 = x
        x = L.DepthwiseConv2D(5, padding="same")(x)
        x = L.Add()([act(x), x0])
        x = act(L.Conv2D(64, 1)(x))
    x = L.GlobalAvgPool2D()(x)
    return keras.Model(i, L.Dense(10, activation="softmax")(x))


def convmixer_groups():  # the older text of the example: grouped Conv2D
    i = keras.Input((32, 32, 3))
    x = L.Rescaling(1 / 255)(i)

    def act(x):
        return L.BatchNormalization()(L.Activation("gelu")(x))

    x = act(L.Conv2D(64, 2, strides=2)(x))
    for _ in range(3):
        x0 = x
        x = L.Conv2D(64, 5, groups=64, padding="same")(x)
        x = L.Add()([act(x), x0])
        x = act(L.Conv2D(64, 1)(x))
    x = L.GlobalAvgPool2D()(x)
    return keras.Model(i, L.Dense(10, activation="softmax")(x))


def mlp_mixer():
    i = keras.Input((32, 32, 3))
    x = L.Rescaling(1 / 255)(i)
    x = L.Conv2D(64, 4, strides=4)(x)
    x = L.Reshape((64, 64))(x)
    for _ in range(2):
        y = L.LayerNormalization(epsilon=1e-6)(x)
        y = L.Permute((2, 1))(y)
        y = L.Dense(64, activation="gelu")(y)
        y = L.Dense(64)(y)
        y = L.Dropout(0.2)(y)
        y = L.Permute((2, 1))(y)
        x = L.Add()([x, y])
        y = L.LayerNormalization(epsilon=1e-6)(x)
        y = L.Dense(64, activation="gelu")(y)
        y = L.Dense(64)(y)
        y = L.Dropout(0.2)(y)
        x = L.Add()([x, y])
    x = L.GlobalAveragePooling1D()(x)
    x = L.Dropout(0.2)(x)
    return keras.Model(i, L.Dense(10)(x))


def vit():
    i = keras.Input((32, 32, 3))
    x = L.Rescaling(1 / 255)(i)
    x = L.Conv2D(64, 4, strides=4)(x)
    x = L.Reshape((64, 64))(x)
    for _ in range(2):
        x1 = L.LayerNormalization(epsilon=1e-6)(x)
        a = L.MultiHeadAttention(num_heads=4, key_dim=64, dropout=0.1)(x1, x1)
        x2 = L.Add()([a, x])
        x3 = L.LayerNormalization(epsilon=1e-6)(x2)
        for u in (128, 64):
            x3 = L.Dense(u, activation=keras.activations.gelu)(x3)
            x3 = L.Dropout(0.1)(x3)
        x = L.Add()([x3, x2])
    x = L.LayerNormalization(epsilon=1e-6)(x)
    x = L.Flatten()(x)
    x = L.Dropout(0.5)(x)
    return keras.Model(i, L.Dense(10)(L.Dense(64, activation="gelu")(x)))


def mobilevit():
    from keras.src.applications import imagenet_utils

    def cb(x, filters=16, kernel_size=3, strides=2):
        return L.Conv2D(filters, kernel_size, strides=strides, activation=keras.activations.swish, padding="same")(x)

    def ir(x, e, o, strides=1):
        m = L.Conv2D(e, 1, padding="same", use_bias=False)(x)
        m = L.BatchNormalization()(m)
        m = keras.activations.swish(m)
        if strides == 2:
            m = L.ZeroPadding2D(padding=imagenet_utils.correct_pad(m, 3))(m)
        m = L.DepthwiseConv2D(3, strides=strides, padding="same" if strides == 1 else "valid", use_bias=False)(m)
        m = L.BatchNormalization()(m)
        m = keras.activations.swish(m)
        m = L.Conv2D(o, 1, padding="same", use_bias=False)(m)
        m = L.BatchNormalization()(m)
        return L.Add()([m, x]) if x.shape[-1] == o and strides == 1 else m

    def tb(x, n, d):
        for _ in range(n):
            x1 = L.LayerNormalization(epsilon=1e-6)(x)
            a = L.MultiHeadAttention(num_heads=2, key_dim=d, dropout=0.1)(x1, x1)
            x2 = L.Add()([a, x])
            x3 = L.LayerNormalization(epsilon=1e-6)(x2)
            for u in (x.shape[-1] * 2, x.shape[-1]):
                x3 = L.Dropout(0.1)(L.Dense(u, activation=keras.activations.swish)(x3))
            x = L.Add()([x3, x2])
        return x

    def mb(x, n, d, strides=1):
        f = cb(x, d, strides=strides)
        f = cb(f, d, 1, strides)
        p = int(f.shape[1] * f.shape[2] / 4)
        y = L.Reshape((4, p, d))(f)
        y = tb(y, n, d)
        y = L.Reshape((*f.shape[1:-1], d))(y)
        y = cb(y, x.shape[-1], 1, strides)
        y = L.Concatenate(axis=-1)([x, y])
        return cb(y, d, strides=strides)

    i = keras.Input((64, 64, 3))
    x = L.Rescaling(1 / 255)(i)
    x = cb(x, 16)
    x = ir(x, 32, 16)
    x = ir(x, 32, 24, 2)
    x = ir(x, 48, 24)
    x = ir(x, 48, 48, 2)
    x = mb(x, 2, 64)
    x = ir(x, 128, 64, 2)
    x = mb(x, 1, 80)
    x = cb(x, 320, 1, 1)
    x = L.GlobalAvgPool2D()(x)
    return keras.Model(i, L.Dense(5, activation="softmax")(x))


def toy_resnet():
    i = keras.Input((32, 32, 3), name="img")
    x = L.Conv2D(32, 3, activation="relu")(i)
    x = L.Conv2D(64, 3, activation="relu")(x)
    b1 = L.MaxPooling2D(3)(x)
    x = L.Conv2D(64, 3, activation="relu", padding="same")(b1)
    x = L.Conv2D(64, 3, activation="relu", padding="same")(x)
    b2 = L.add([x, b1])
    x = L.Conv2D(64, 3, activation="relu", padding="same")(b2)
    x = L.Conv2D(64, 3, activation="relu", padding="same")(x)
    b3 = L.add([x, b2])
    x = L.Conv2D(64, 3, activation="relu")(b3)
    x = L.GlobalAveragePooling2D()(x)
    x = L.Dense(256, activation="relu")(x)
    x = L.Dropout(0.5)(x)
    return keras.Model(i, L.Dense(10)(x), name="toy_resnet")


def transfer_guide():
    base = A.Xception(weights=None, input_shape=(71, 71, 3), include_top=False)
    base.trainable = False
    i = keras.Input((71, 71, 3))
    x = L.Rescaling(scale=1 / 127.5, offset=-1)(i)
    x = base(x, training=False)
    x = L.GlobalAveragePooling2D()(x)
    x = L.Dropout(0.2)(x)
    return keras.Model(i, L.Dense(1)(x))


def tf_transfer():
    base = A.MobileNetV2(weights=None, input_shape=(32, 32, 3), include_top=False)
    base.trainable = False
    i = keras.Input((32, 32, 3))
    x = keras.Sequential([L.RandomFlip("horizontal"), L.RandomRotation(0.2)])(i)
    x = A.mobilenet_v2.preprocess_input(x)
    x = base(x, training=False)
    x = L.GlobalAveragePooling2D()(x)
    x = L.Dropout(0.2)(x)
    return keras.Model(i, L.Dense(1, activation="sigmoid")(x))


def effnet_finetune():
    i = keras.Input((32, 32, 3))
    m = A.EfficientNetB0(include_top=False, input_tensor=i, weights=None)
    m.trainable = False
    x = L.GlobalAveragePooling2D(name="avg_pool")(m.output)
    x = L.BatchNormalization()(x)
    x = L.Dropout(0.2, name="top_dropout")(x)
    return keras.Model(i, L.Dense(10, activation="softmax", name="pred")(x), name="EfficientNet")


def tf_flowers():
    return keras.Sequential(
        [
            keras.Input((180, 180, 3)),
            keras.Sequential([L.RandomFlip("horizontal"), L.RandomRotation(0.1), L.RandomZoom(0.1)]),
            L.Rescaling(1 / 255),
            L.Conv2D(16, 3, padding="same", activation="relu"),
            L.MaxPooling2D(),
            L.Conv2D(32, 3, padding="same", activation="relu"),
            L.MaxPooling2D(),
            L.Conv2D(64, 3, padding="same", activation="relu"),
            L.MaxPooling2D(),
            L.Dropout(0.2),
            L.Flatten(),
            L.Dense(128, activation="relu"),
            L.Dense(5, name="outputs"),
        ]
    )


def tf_flowers_plain():
    return keras.Sequential(
        [
            L.Rescaling(1 / 255, input_shape=(180, 180, 3)),
            L.Conv2D(16, 3, padding="same", activation="relu"),
            L.MaxPooling2D(),
            L.Conv2D(32, 3, padding="same", activation="relu"),
            L.MaxPooling2D(),
            L.Conv2D(64, 3, padding="same", activation="relu"),
            L.MaxPooling2D(),
            L.Flatten(),
            L.Dense(128, activation="relu"),
            L.Dense(5),
        ]
    )


def tf_fashion():
    return keras.Sequential([L.Flatten(input_shape=(28, 28)), L.Dense(128, activation="relu"), L.Dense(10)])


def tf_fashion_softmax():
    return keras.Sequential([tf_fashion(), L.Softmax()])


def tf_cifar():
    return keras.Sequential(
        [
            L.Conv2D(32, (3, 3), activation="relu", input_shape=(32, 32, 3)),
            L.MaxPooling2D((2, 2)),
            L.Conv2D(64, (3, 3), activation="relu"),
            L.MaxPooling2D((2, 2)),
            L.Conv2D(64, (3, 3), activation="relu"),
            L.Flatten(),
            L.Dense(64, activation="relu"),
            L.Dense(10),
        ]
    )


def distill_teacher():
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            L.Conv2D(256, (3, 3), strides=(2, 2), padding="same"),
            L.LeakyReLU(negative_slope=0.2),
            L.MaxPooling2D((2, 2), strides=(1, 1), padding="same"),
            L.Conv2D(512, (3, 3), strides=(2, 2), padding="same"),
            L.Flatten(),
            L.Dense(10),
        ],
        name="teacher",
    )


def resnet20_cifar():
    def rl(x, n=16, k=3, s=1, act="relu"):
        x = L.Conv2D(
            n,
            k,
            strides=s,
            padding="same",
            kernel_initializer="he_normal",
            kernel_regularizer=keras.regularizers.L2(1e-4),
        )(x)
        x = L.BatchNormalization()(x)
        return L.Activation(act)(x) if act else x

    i = keras.Input((32, 32, 3))
    x = rl(i)
    for st, n in enumerate((16, 32, 64)):
        for b in range(3):
            s = 2 if st and not b else 1
            y = rl(x, n, s=s)
            y = rl(y, n, act=None)
            if st and not b:
                x = L.Conv2D(
                    n,
                    1,
                    strides=s,
                    padding="same",
                    kernel_initializer="he_normal",
                    kernel_regularizer=keras.regularizers.L2(1e-4),
                )(x)
            x = L.add([x, y])
            x = L.Activation("relu")(x)
    x = L.AveragePooling2D(pool_size=8)(x)
    return keras.Model(i, L.Dense(10, activation="softmax", kernel_initializer="he_normal")(L.Flatten()(x)))


def mixup_cnn():
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            L.Conv2D(16, (5, 5), activation="relu"),
            L.MaxPooling2D((2, 2)),
            L.Conv2D(32, (5, 5), activation="relu"),
            L.MaxPooling2D((2, 2)),
            L.Dropout(0.2),
            L.GlobalAveragePooling2D(),
            L.Dense(128, activation="relu"),
            L.Dense(10, activation="softmax"),
        ]
    )


def reptile():
    i = keras.Input((28, 28, 1))
    x = i
    for _ in range(4):
        x = L.Conv2D(64, 3, strides=2, padding="same")(x)
        x = L.BatchNormalization()(x)
        x = L.ReLU()(x)
    return keras.Model(i, L.Dense(5, activation="softmax")(L.Flatten()(x)))


def learnable_resizer():
    i = keras.Input((48, 48, 3))
    naive = L.Resizing(32, 32, interpolation="bilinear")(i)
    x = L.Conv2D(16, 7, padding="same")(i)
    x = L.LeakyReLU(0.2)(x)
    x = L.Conv2D(16, 1, padding="same")(x)
    x = L.LeakyReLU(0.2)(x)
    x = L.BatchNormalization()(x)
    bn = L.Resizing(32, 32, interpolation="bilinear")(x)
    y = L.Conv2D(16, 3, padding="same", use_bias=False)(bn)
    y = L.BatchNormalization()(y)
    y = L.LeakyReLU(0.2)(y)
    y = L.Conv2D(16, 3, padding="same", use_bias=False)(y)
    y = L.BatchNormalization()(y)
    x = L.Add()([bn, y])
    x = L.Conv2D(16, 3, padding="same", use_bias=False)(x)
    x = L.BatchNormalization()(x)
    x = L.Add()([bn, x])
    x = L.Conv2D(3, 7, padding="same")(x)
    return keras.Model(
        i, L.Dense(2, activation="sigmoid")(L.Flatten()(L.Add()([naive, x]))), name="learnable_resizer"
    )


def siamese_embed():  # metric learning example: embedding with UnitNormalization
    i = keras.Input((32, 32, 3))
    x = L.Conv2D(32, 3, strides=2, activation="relu")(i)
    x = L.Conv2D(64, 3, strides=2, activation="relu")(x)
    x = L.GlobalAveragePooling2D()(x)
    x = L.Dense(8)(x)
    return keras.Model(i, L.UnitNormalization()(x))


def fcn_head():  # keras guide, fully convolutional classifier with ops
    i = keras.Input((32, 32, 3))
    x = L.Conv2D(32, 3, activation="relu")(i)
    x = L.Conv2D(10, 1)(x)
    return keras.Model(i, ops.softmax(ops.mean(x, axis=[1, 2])))


KERAS_IO = [
    ("mnist_convnet", mnist_convnet),
    ("image_classification_from_scratch", from_scratch),
    ("… with augmentation inside", from_scratch_augmented),
    ("convmixer", convmixer),
    ("convmixer (grouped conv)", convmixer_groups),
    ("mlp_mixer (pure layers)", mlp_mixer),
    ("vit (pure layers)", vit),
    ("mobilevit", mobilevit),
    ("functional guide toy_resnet", toy_resnet),
    ("transfer_learning guide (Xception)", transfer_guide),
    ("tf.org transfer (MobileNetV2)", tf_transfer),
    ("efficientnet_fine_tuning", effnet_finetune),
    ("tf.org flowers, augmented", tf_flowers),
    ("tf.org flowers, plain", tf_flowers_plain),
    ("tf.org fashion basic", tf_fashion),
    ("tf.org fashion + Softmax wrapper", tf_fashion_softmax),
    ("tf.org cifar CNN", tf_cifar),
    ("distillation teacher", distill_teacher),
    ("resnet20 cifar (randaugment/cutmix)", resnet20_cifar),
    ("mixup CNN", mixup_cnn),
    ("reptile conv_bn", reptile),
    ("learnable_resizer (classifier head)", learnable_resizer),
    ("metric_learning embedding", siamese_embed),
    ("fully conv head with keras.ops", fcn_head),
]


# ---- what students write -------------------------------------------------------------
def s_lenet():
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            L.Conv2D(6, 5, activation="tanh", padding="same"),
            L.AveragePooling2D(2),
            L.Conv2D(16, 5, activation="tanh"),
            L.AveragePooling2D(2),
            L.Flatten(),
            L.Dense(120, activation="tanh"),
            L.Dense(84, activation="tanh"),
            L.Dense(10, activation="softmax"),
        ],
        name="LeNet-5",
    )


def s_vgg_cifar():
    m = keras.Sequential([keras.Input((32, 32, 3))])
    for f, d in ((32, 0.2), (64, 0.3), (128, 0.4)):
        for _ in range(2):
            m.add(L.Conv2D(f, (3, 3), padding="same", kernel_regularizer=keras.regularizers.l2(1e-4)))
            m.add(L.Activation("elu"))
            m.add(L.BatchNormalization())
        m.add(L.MaxPooling2D(pool_size=(2, 2)))
        m.add(L.Dropout(d))
    m.add(L.Flatten())
    m.add(L.Dense(10, activation="softmax"))
    return m


def s_alexnet():
    return keras.Sequential(
        [
            keras.Input((64, 64, 3)),
            L.Conv2D(96, 11, strides=4, activation="relu"),
            L.BatchNormalization(),
            L.MaxPool2D(3, strides=2),
            L.Conv2D(256, 5, padding="same", activation="relu"),
            L.BatchNormalization(),
            L.MaxPool2D(3, strides=2),
            L.Conv2D(384, 3, padding="same", activation="relu"),
            L.Conv2D(256, 3, padding="same", activation="relu"),
            L.Flatten(),
            L.Dense(512, activation="relu"),
            L.Dropout(0.5),
            L.Dense(10, activation="softmax"),
        ]
    )


def s_bn_relu():
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            L.Conv2D(32, 3, padding="same", use_bias=False),
            L.BatchNormalization(),
            L.ReLU(),
            L.MaxPooling2D(),
            L.Conv2D(64, 3, padding="same", use_bias=False),
            L.BatchNormalization(),
            L.ReLU(),
            L.MaxPooling2D(),
            L.GlobalAveragePooling2D(),
            L.Dense(10),
            L.Softmax(),
        ]
    )


def s_leaky_noise():
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            L.GaussianNoise(0.1),
            L.Conv2D(32, 3),
            L.LeakyReLU(),
            L.MaxPooling2D(),
            L.Conv2D(64, 3),
            L.PReLU(shared_axes=[1, 2]),
            L.MaxPooling2D(),
            L.Flatten(),
            L.Dense(64),
            L.ELU(),
            L.Dropout(0.5),
            L.Dense(10, activation="softmax"),
        ]
    )


def s_se():
    i = keras.Input((32, 32, 3))
    x = L.Conv2D(32, 3, padding="same", activation="relu")(i)
    s = L.GlobalAveragePooling2D()(x)
    s = L.Dense(8, activation="relu")(s)
    s = L.Dense(32, activation="sigmoid")(s)
    s = L.Reshape((1, 1, 32))(s)
    x = L.Multiply()([x, s])
    x = L.MaxPooling2D()(x)
    x = L.GlobalAveragePooling2D()(x)
    return keras.Model(i, L.Dense(10, activation="softmax")(x), name="se_net")


def s_inception():
    i = keras.Input((32, 32, 3))
    x = L.Conv2D(32, 3, padding="same", activation="relu")(i)
    a = L.Conv2D(16, 1, activation="relu")(x)
    b = L.Conv2D(16, 3, padding="same", activation="relu")(L.Conv2D(8, 1, activation="relu")(x))
    c = L.Conv2D(16, 5, padding="same", activation="relu")(L.Conv2D(8, 1, activation="relu")(x))
    d = L.Conv2D(16, 1, activation="relu")(L.MaxPooling2D(3, strides=1, padding="same")(x))
    x = L.concatenate([a, b, c, d], axis=3)
    x = L.GlobalAveragePooling2D()(x)
    return keras.Model(i, L.Dense(10, activation="softmax")(x))


def s_pipeline():  # augment + resize + normalise in the model, adapted on data
    n = L.Normalization(axis=-1)
    n.adapt(np.random.default_rng(0).normal(100, 50, (64, 32, 32, 3)).astype("float32"))
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            L.RandomFlip("horizontal"),
            L.RandomTranslation(0.1, 0.1),
            L.RandomZoom(0.1),
            L.RandomContrast(0.1),
            L.RandomBrightness(0.1),
            n,
            L.Conv2D(32, 3, activation="relu"),
            L.MaxPooling2D(),
            L.SpatialDropout2D(0.2),
            L.Conv2D(64, 3, activation="relu"),
            L.GlobalMaxPooling2D(),
            L.Dense(10, activation="softmax"),
        ]
    )


def s_flatinput():
    return keras.Sequential(
        [
            keras.Input((784,)),
            L.Reshape((28, 28, 1)),
            L.Cropping2D(2),
            L.Conv2D(16, 3, activation="relu", kernel_initializer="he_uniform"),
            L.MaxPooling2D(),
            L.Flatten(),
            L.Dense(100, activation="relu", kernel_constraint=keras.constraints.MaxNorm(3)),
            L.Dense(10, activation="softmax"),
        ]
    )


def s_two_heads_merge():  # ensemble by averaging two branches; shared layer used twice
    i = keras.Input((28, 28, 1))
    sh = L.Conv2D(8, 3, padding="same", activation="relu")
    a = sh(i)
    f = L.MaxPooling2D()(a)
    g = L.AveragePooling2D(2)(a)
    m = L.Maximum()([f, g])
    d = L.Subtract()([f, g])
    x = L.Average()([m, d])
    x = L.Flatten()(x)
    return keras.Model(i, L.Dense(10, activation="softmax")(x))


def s_shared():
    i = keras.Input((28, 28, 1))
    sh = L.Conv2D(1, 3, padding="same", activation="relu")
    x = sh(sh(i))
    return keras.Model(i, L.Dense(10, activation="softmax")(L.Flatten()(x)))


def s_operators():  # python operators on tensors: residual x + y, scaled x * 0.5
    i = keras.Input((28, 28, 1))
    x = L.Conv2D(8, 3, padding="same", activation="relu")(i / 255.0)
    y = L.Conv2D(8, 3, padding="same")(x)
    x = L.Activation("relu")(x + y * 0.5)
    return keras.Model(i, L.Dense(10, activation="softmax")(L.Flatten()(x)))


def s_lambda():
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            L.Lambda(lambda x: x / 255.0),
            L.Conv2D(8, 3, activation="relu"),
            L.Flatten(),
            L.Dense(10, activation="softmax"),
        ]
    )


def s_mixed():
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            L.Conv2D(8, 3, activation="relu", dtype="mixed_float16"),
            L.Flatten(),
            L.Dense(10, activation="softmax", dtype="float32"),
        ]
    )


def s_anysize():
    return keras.Sequential(
        [
            keras.Input((None, None, 3)),
            L.Resizing(32, 32),
            L.Rescaling(1 / 255),
            L.Conv2D(8, 3, activation="relu"),
            L.GlobalAveragePooling2D(),
            L.Dense(10, activation="softmax"),
        ]
    )


def s_multi_output():
    i = keras.Input((28, 28, 1))
    x = L.Flatten()(L.Conv2D(8, 3, activation="relu")(i))
    return keras.Model(
        i, [L.Dense(10, activation="softmax", name="digit")(x), L.Dense(1, activation="sigmoid", name="even")(x)]
    )


STUDENT = [
    ("LeNet-5, tanh, average pooling", s_lenet),
    ("VGG-like CIFAR, ELU, BN, L2", s_vgg_cifar),
    ("AlexNet small", s_alexnet),
    ("BN + ReLU layers + Softmax layer", s_bn_relu),
    ("noise, LeakyReLU, PReLU, ELU layers", s_leaky_noise),
    ("squeeze-and-excitation", s_se),
    ("inception block, concatenate(axis=3)", s_inception),
    ("augmentation + adapted Normalization", s_pipeline),
    ("784 input, Reshape, Cropping2D, MaxNorm", s_flatinput),
    ("Maximum/Subtract/Average merges", s_two_heads_merge),
]
EXTRA = [
    ("a layer used twice", s_shared),
    ("Python operators on tensors", s_operators),
    ("Lambda", s_lambda),
    ("mixed_float16 policy on layers", s_mixed),
    ("input (None, None, 3)", s_anysize),
    ("two outputs", s_multi_output),
]


def zoo():
    for g, l in (("keras.applications", APPS), ("keras.io", KERAS_IO), ("student", STUDENT), ("structure", EXTRA)):
        for n, f in l:
            yield g, n, f
