"""The page in simplified Chinese."""

from demo import refusals
from demo.text.words import Words
from esrgan.metrics import naturalness, perception
from esrgan.weights.cache import DAMAGED_FILE, MISSING_FILE

LABELS = {
    "add": "添加",
    "after": "右侧",
    "alpha": "α：0 为保真，1 为生动",
    "alpha_help": "两个网络的混合比例：0 只用保真网络，1 只用生动网络",
    "before": "左侧",
    "best": "各区域的最佳 α",
    "best_button": "区域 {region} 的最佳 α：RMSE ≤ {limit}",
    "best_in": "区域 {region} 的最佳 α：{answer}",
    "bound": "曲线近似，99 % 的像素误差不超过 {p99} 个灰阶",
    "box": "取景框：可拖动，也可用方向键移动",
    "brush": "画笔",
    "brush_alpha": "画笔 α",
    "brush_help": "按区域涂抹 α：这里要纹理，那里要保真",
    "busy": "服务器繁忙；您的图片仍然保留。",
    "caution": "此处细节看似合理，却并非真实：请勿据此辨认人物或识读文字。",
    "choose": "选择图片",
    "compare": "对比",
    "compare_help": "先把图片缩小再重建，并与原图比较",
    "comparison": "对比图",
    "comparison_help": "整幅图片与取景框，以及各方法的局部图和指标",
    "difference": "差异",
    "difference_help": "ESRGAN(α) 与其他各图的差异，放大 8 倍显示",
    "distortion": "RMSE（亮度，灰阶）",
    "drop_here": "松开鼠标即可打开",
    "drop_or_paste": "也可以把图片拖放或粘贴到页面任意位置：JPEG、PNG、WebP，最大 {megabytes} MB。",
    "enlarge": "放大",
    "enlarge_by": "放大 {scale} 倍",
    "enlarge_help": "直接放大这张图片",
    "exact": "精确结果",
    "examples": "示例",
    "export": "下载完整大图",
    "failed": "服务器未能完成此操作；您的图片仍然保留。",
    "faithful": "保真（偏模糊）",
    "fit": "适合窗口",
    "found_connection": "连接已恢复。",
    "growing": "曲线近似（初步）",
    "hold": "按住看处理前",
    "hold_help": "按住时用双三次插值代替 ESRGAN，并显示整个窗口",
    "how": "指标的计算方法",
    "how_compare": (
        "仅针对此局部图测量，缩放不影响数值。PSNR、SSIM、RMSE：在 BT.601 亮度"
        "（studio range）上计算，去掉 {border_px} 像素的边缘；RMSE 的单位是灰阶。"
        "感知指数为估计值，误差 ± {proxy_error}。NIQE 使用 LIVE 实验室公开的参考模型。"
    ),
    "how_enlarge": (
        "仅针对此局部图测量，缩放不影响数值。LR-PSNR：把结果按 MATLAB 双三次插值"
        "重新缩小，再与输入图片比较；在 BT.601 亮度（studio range）上计算，去掉 {lr_border_px} "
        "像素的边缘。感知指数为估计值，误差 ± {proxy_error}。NIQE 使用 LIVE 实验室公开的参考模型。"
    ),
    "image_path": "图像插值",
    "lent": "网络实时输出",
    "lost": "图片已过期：移动一下取景框即可重新计算。",
    "lost_connection": "连接已断开：滑块仍可使用已有的结果；服务器恢复应答后，页面会自动继续。",
    "metric_lr_psnr": "LR-PSNR",
    "metric_niqe": "NIQE",
    "metric_perceptual_index": "感知指数",
    "metric_psnr_y": "PSNR",
    "metric_rmse_y": "RMSE",
    "metric_ssim_y": "SSIM",
    "mode": "模式",
    "network_path": "网络插值",
    "no_webgl": "此浏览器没有 WebGL：页面改用 2D 画布混合，数值相同。",
    "none": "没有符合条件的 α",
    "nothing": "未能计算",
    "pause": "暂停",
    "perception": "感知指数（估计值，± {proxy_error}）",
    "plane": "当前窗口的感知与失真",
    "plane_help": "横轴为失真，纵轴为感知指数，两者都是越低越好",
    "plane_paths": (
        "阴影为估计值的误差。RMSE 相同时，图像插值（混合两个网络的输出图像）的感知指数更低，"
        "网络插值的 SSIM 更高。"
    ),
    "play": "播放",
    "play_help": "让 α 在 0 与 1 之间往返",
    "privacy": (
        "您的图片在最后一次使用约一小时后从本服务器删除，点击“清除”可立即删除；"
        "不会用于训练，其他访客也看不到。"
    ),
    "quality_help": (
        "精确结果：网络在该 α 下的真实输出。曲线近似：由至多九个精确结果混合而成，并附实测误差。"
    ),
    "region": "区域 {region}",
    "reset": "重置",
    "save_map": "保存 α 图",
    "save_map_help": "把 α 图存为灰度 PNG，可用于命令行的 --alpha-map 选项",
    "side": "并排",
    "size": "大小",
    "size_compare": "{width} × {height} → {small_width} × {small_height} → 还原",
    "size_enlarge": "{small_width} × {small_height} → {width} × {height}",
    "small_window": (
        "当前窗口短边为 {side} 像素，不足以计算感知指数：请选择短边能达到 {least_px} 像素的图片。"
    ),
    "soft": "柔和度",
    "split": "分屏",
    "split_handle": "分割线的位置",
    "tip_lr_psnr": "把结果重新缩小后与输入图片比较，单位分贝：越高越忠于输入。",
    "tip_niqe": "无需原图的自然度评价：越低看起来越自然。",
    "tip_perceptual_index": "感知指数（PI）的估计值，无需原图：越低看起来越自然。",
    "tip_psnr_y": "峰值信噪比，单位分贝：越高越接近原图。",
    "tip_rmse_y": "均方根误差，单位灰阶（共 255 级）：越低越接近原图。",
    "tip_ssim_y": "结构相似度，最大为 1：越高越接近原图。",
    "title": "ESRGAN：从保真到生动",
    "too_large": "文件超过 {megabytes} MB 的上限。",
    "try_again": "重试",
    "undo": "撤销",
    "upload_failed": "上传失败，请重试。",
    "uploading": "正在上传……",
    "view": "视图",
    "vivid": "生动（细节为虚构）",
    "waiting": "正在计算……",
    "window": "窗口",
    "window_help": "窗口的边长，以结果的像素计",
    "working": "正在重建……",
    "whole": "整幅图片，α {alpha}",
    "whole_after": "处理后：网络",
    "whole_before": "处理前：双三次插值",
    "whole_ready": "整幅图片的前后对比显示在各局部图下方。",
    "zoom": "缩放：滚轮、双指、+ 与 −；平移：拖动，或 Shift 加方向键；复原：双击或 0",
    "clear": "清除",
    "clear_help": "从服务器上删除您的图片，回到第一个示例",
    "copied": "图片已复制到剪贴板。",
    "copy": "复制图片",
    "copy_help": "把滑块当前的结果（此取景框）复制到剪贴板",
    "format": "格式",
    "format_help": "PNG 无损；JPEG 更小，每通道 8 位，透明处铺白底",
    "link": "复制链接",
    "link_copied": "链接已复制到剪贴板。",
    "link_help": "指向此示例、这对网络、当前 α 与取景框的链接",
    "link_of_own": "链接无法包含您自己的图片或网络，只适用于示例和已命名的网络。",
    "more": "更多",
    "no_clipboard": "浏览器不允许本页写入剪贴板。",
}
PAGE = {
    "intro": """# 放大图片，补多少细节由您决定

**α** 用来混合两个超分辨率网络：取 0 时结果保真但偏模糊，取 1 时画面生动，但部分细节由网络虚构。
""",
    "about_title": "关于：指标、隐私、许可",
    "about": """
- **对比**：先按网络的放大倍数把图片缩小，再重建，并与原图比较。**放大**：直接放大图片本身；由于没有
  原图可比，改为把结果重新缩小后与输入比较（LR-PSNR）。不改变尺寸的网络（×1）没有对比。
- **PSNR** 与 **SSIM** 衡量与原图的接近程度，越高越好；**RMSE** 衡量与原图的差距，越低越好。**NIQE**
  衡量画面是否自然，越低越好；其参考统计量由我们自行拟合，因此数值只宜相互比较，
  不能与已发表的数值比较。
- **感知指数**：PIRM 2018 挑战赛所用指标的估计值，越低越好，并附误差；该指标有一半来自一个不能自由
  分发的模型，所以这里用代理模型估计。
- **感知–失真平面**：越靠左越保真，越靠下越自然。图中的区域取自 PIRM 2018，其界限针对整个数据集
  放大 4 倍后的平均值，对单个窗口或其他倍数仅供参考。最佳 α 以 0.1 为步长搜索。
- 拖动 α 时看到的是**曲线近似**，由至多九个精确结果混合而成，图下注明实测误差；停下后显示网络自身的
  **精确结果**。下载的图片都是精确结果；用画笔涂抹过的除外，因为没有哪一个网络与之对应。
- **注意**：这些网络会虚构细节。它们看似合理，却并非真实：请勿据此辨认人物，也不要用来识读车牌、
  文字或判读医学影像。
- **隐私**：您的图片在最后一次使用约一小时后从本服务器删除，点击“清除”可立即删除；
  不会用于训练，其他访客也看不到。
- **论文**：[ESRGAN 与网络插值](https://arxiv.org/abs/1809.00219)、
  [深度网络插值](https://arxiv.org/abs/1811.10515)、
  [PIRM 2018](https://arxiv.org/abs/1809.07517)、
  [感知与失真的权衡](https://arxiv.org/abs/1711.06077)。
- **许可**：本页自带的是我们自行训练的小型网络，仅限研究和教学使用；已发表的网络沿用其作者的许可，
  下载前会注明。示例照片属于公有领域或采用 CC0，图表由程序绘制。代码采用 Apache 许可证 2.0。
- **版本**：esrgan {package}、Gradio {gradio}、PyTorch {torch}，运行于 {device}。
""",
    "networks_title": "更换滑块上的网络",
    "networks": (
        "已发表的网络只需下载一次，并按公布的哈希值校验。您也可以使用自己的两个文件"
        "（.safetensors 或 .pth），前提是其中一个由另一个继续训练而来。"
    ),
    "pair": "滑块上的网络",
    "own_psnr": "以 PSNR 为目标的一端（α = 0）",
    "own_gan": "GAN 一端（α = 1）",
    "download": "下载",
    "use_own": "使用这两个文件",
    "cancel": "取消",
    "batch_title": "批量处理",
    "batch": "用滑块上的网络和 α 放大每一张图片，并打包成一个 zip。",
    "batch_files": "图片",
    "batch_folder": "文件夹",
    "batch_start": "全部放大",
    "batch_failures": "未能放大",
}
SERVER = {
    "drawing": "正在绘制对比图……",
    "drawn": "保存 {name}",
    "progress": "正在计算……第 {done} 块，共 {total} 块",
    "lossy": "JPEG，8 位，无透明度",
    "ready": "保存 {name}（{width} × {height}，{quality}，用时 {seconds:.1f} 秒）",
    "transfer": "正在下载……{done:.0f} / {total:.0f} MB",
    "batch_progress": "第 {done}/{total} 张 · {name} · 图块 {tile}/{tiles}",
    "batch_ready": "保存 enlarged.zip（{total} 张中的 {done} 张）",
}
TOLD = {
    refusals.UNFORESEEN: "服务器未能完成此操作，请重试。",
    refusals.GONE: "图片已不在本服务器上，请重新打开。",
    refusals.BROKEN_REQUEST: "无法理解页面发来的内容，请刷新页面。",
    refusals.TOO_LARGE_TO_EXPORT: "这里最多放大 {limit} 百万像素的整图；命令行没有此限制。",
    refusals.TOO_SMALL_TO_COMPARE: "“对比”要求图片每边至少 {scale} 像素，请改用“放大”。",
    refusals.NO_PICTURES: "请先选择 1 到 {most} 张图片。",
    refusals.NO_GPU: "现在没有可用的 GPU：改由小网络在 CPU 上继续。",
    refusals.BROKEN_LINK: "此链接的部分内容在这里未知，已改用默认设置。",
    refusals.LOST_UPLOAD: "上传的文件丢失了，请重试。",
    refusals.UNKNOWN_PAIR: "这里没有名为 {name} 的网络。",
    refusals.NEEDS_TWO_FILES: "需要两个文件：以 PSNR 为目标的一端和 GAN 一端。",
    refusals.NO_DOWNLOAD: "{name} 不能在这里下载。",
    refusals.PUT_AWAY: "同时打开的图片过多，这一张已被关闭，请重新打开。",
    refusals.SHRUNK: "已改用较小的窗口：更大窗口的曲线在这里会超过 12 MB。",
    refusals.KEEPS_THE_SIZE: "这对网络不改变尺寸（×1），因此没有可以对比的原图。",
    "This file is over the limit of {limit} MB.": "文件超过 {limit} MB 的上限。",
    "This picture claims to be enormous; the limit is {limit} megapixels.": (
        "图片声称的尺寸过大；上限是 {limit} 百万像素。"
    ),
    "This is not a readable PNG, JPEG, WebP, AVIF, BMP, GIF, TIFF, PPM or TGA.": (
        "无法读取：请使用 PNG、JPEG、WebP、AVIF、BMP、GIF、TIFF、PPM 或 TGA 图片。"
    ),
    "HEIC is not read here: save the photo as JPEG or PNG first.": (
        "这里不支持 HEIC，请先把照片存为 JPEG 或 PNG。"
    ),
    "A {format} has at most {most} pixels a side, not {longest}: save this picture as PNG.": (
        "{format} 每边最多 {most} 像素，而结果有 {longest} 像素：请存为 PNG。"
    ),
    "This is {kind}: export it as PNG or JPEG first.": (
        "不支持这种文件（{kind}），请先导出为 PNG 或 JPEG。"
    ),
    "a Photoshop file": "Photoshop 文件",
    "a PostScript file": "PostScript 文件",
    "a PDF": "PDF",
    "This is a drawing or a web page, not a picture: save it as PNG first.": (
        "这是矢量图或网页，不是位图，请先存为 PNG。"
    ),
    "This picture has no pixels.": "图片中没有像素。",
    "This picture has {size} megapixels; the limit is {limit}.": (
        "图片有 {size} 百万像素，超过了 {limit} 百万像素的上限。"
    ),
    "TIFFs of this kind are not read: save it as RGB with 8 or 16 bits a channel.": (
        "不支持这种 TIFF，请存为每通道 8 位或 16 位的 RGB。"
    ),
    "Pictures of 12 or 32 bits a channel are not read: save this one with 8 or 16.": (
        "不支持每通道 12 位或 32 位的图片，请存为 8 位或 16 位。"
    ),
    MISSING_FILE: "缺少本版本自带的 {name}：请用 git 恢复。",
    DAMAGED_FILE: "{name} 与本版本自带的文件不同：请用 git 恢复，或登记新的哈希值。",
    "The memory does not suffice for this picture.": "内存不足以处理这张图片。",
    "Only the first frame is used.": "只使用第一帧。",
    "Its colour profile is kept in the result: its tables cannot be applied to 16 bits.": (
        "结果保留其色彩配置文件：其中的查找表不能用于 16 位图片。"
    ),
    "It is read with 8 bits a channel: its CMYK profile cannot be applied to 16.": (
        "按每通道 8 位读取：其 CMYK 配置文件不能用于 16 位。"
    ),
    "Its colour profile cannot be read and is ignored.": "其色彩配置文件无法读取，已忽略。",
    f"too small: the index needs {perception.SMALLEST_PX} px a side": (
        f"窗口太小：感知指数要求每边至少 {perception.SMALLEST_PX} 像素"
    ),
    f"too small: NIQE needs {naturalness.SMALLEST_PX} px a side": (
        f"窗口太小：NIQE 要求每边至少 {naturalness.SMALLEST_PX} 像素"
    ),
    "too flat: NIQE finds no texture to judge": "画面过于平坦，NIQE 找不到可评价的纹理",
    "not a number: the computation failed": "计算失败，没有得到数值",
    "identical": "完全相同",
    "Bicubic": "双三次插值",
    "Original": "原图",
    "Input · its own pixels": "输入 · 原始像素",
    "SRResNet · trained by us": "SRResNet · 自行训练",
    "ESRGAN-small · 4 blocks, trained by us": "ESRGAN-small · 4 个残差块，自行训练",
    "SRGAN · trained by us": "SRGAN · 自行训练",
    "SRGAN without batch normalisation": "SRGAN（无批归一化）",
    "Your pair": "您的网络",
}
CHINESE = Words(LABELS, PAGE, SERVER, TOLD)
