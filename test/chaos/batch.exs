# A batch that is killed, and whose disk is full, at random: run by script/chaos --batch. In the end it has room and time, and must have
# made what a batch makes that nobody disturbed, byte for byte; the images must have the bytes that they had.
#
#   --faults N   how often (20)       --seed N   the same faults again       --images N   how many images (150)

defmodule Chaos.Batch do
  @sample Path.expand("../../samples/images/photo.jpg", __DIR__)

  def run(arguments) do
    {flags, []} =
      OptionParser.parse!(arguments, strict: [faults: :integer, seed: :integer, images: :integer])

    :rand.seed(:exsss, {Keyword.get(flags, :seed, 1), 2, 3})
    top = Path.join(System.tmp_dir!(), "thumbnailer-chaos-batch-#{System.pid()}")
    [photos, calm, disk] = for name <- ~w(photos calm disk), do: Path.join(top, name)
    Enum.each([photos, calm, disk], &File.mkdir_p!/1)
    for n <- 1..Keyword.get(flags, :images, 150), do: File.cp!(@sample, "#{photos}/#{n}.jpg")
    mounted? = mount(["-t", "tmpfs", "-o", "size=8m", "tmpfs", disk])
    unless mounted?, do: IO.puts("this user may not mount a tmpfs: kills only")

    try do
      before = digests(photos)
      {0, _output} = batch(photos, calm)
      faults = for n <- 1..Keyword.get(flags, :faults, 20), do: fault(n, photos, disk, mounted?)
      if mounted?, do: resize(disk, "8m")
      {0, _output} = batch(photos, disk <> "/out")
      verdict(faults, digests(photos) == before, digests(disk <> "/out") == digests(calm))
    after
      System.cmd("umount", ["-l", disk], stderr_to_stdout: true)
      File.rm_rf!(top)
    end
  end

  defp verdict(faults, sources?, outputs?) do
    for {fault, count} <- Enum.frequencies(faults), do: IO.puts("#{count} times #{fault}")
    IO.puts("images as they were: #{sources?}; thumbnails as of an undisturbed run: #{outputs?}")
    unless sources? and outputs?, do: System.halt(1)
  end

  defp fault(n, photos, disk, mounted?) do
    kind = if mounted?, do: Enum.random([:killed, :full, :killed_when_full]), else: :killed

    if mounted?,
      do: resize(disk, if(kind == :killed, do: "8m", else: "#{30 + :rand.uniform(60 + 20 * n)}k"))

    {port, os_pid} = start(photos, disk <> "/out")

    if kind != :full do
      Process.sleep(:rand.uniform(4_000))
      System.cmd("kill", ["-KILL", "#{os_pid}"], stderr_to_stdout: true)
    end

    {status, output} = await(port, "")

    if kind == :full and (status not in [0, 1] or output =~ "** ("),
      do: raise("status #{status}: #{output}")

    kind
  end

  defp resize(disk, size), do: mount(["-o", "remount,size=#{size}", disk])

  defp mount(arguments),
    do: match?({_output, 0}, System.cmd("mount", arguments, stderr_to_stdout: true))

  defp batch(photos, out) do
    {port, _os_pid} = start(photos, out)
    await(port, "")
  end

  defp start(photos, out) do
    arguments = [
      "thumbnailer.batch",
      photos,
      "--out",
      out,
      "--size",
      "60",
      "--jobs",
      "2",
      "--quiet"
    ]

    port =
      Port.open({:spawn_executable, System.find_executable("mix")}, [
        :binary,
        :exit_status,
        :stderr_to_stdout,
        args: arguments
      ])

    {:os_pid, os_pid} = Port.info(port, :os_pid)
    {port, os_pid}
  end

  defp await(port, output) do
    receive do
      {^port, {:data, data}} -> await(port, output <> data)
      {^port, {:exit_status, status}} -> {status, output}
    end
  end

  # Without what is the batch's own.
  defp digests(folder) do
    for name <- File.ls!(folder),
        name != ".thumbnailer",
        into: %{},
        do: {name, :erlang.md5(File.read!("#{folder}/#{name}"))}
  end
end

Chaos.Batch.run(System.argv())
