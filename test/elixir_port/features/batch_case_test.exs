defmodule Thumbnailer.Features.BatchCaseTest do
  # A folder for thumbnails on a file system that takes Photo.jpg and photo.JPG for the same file.
  use ExUnit.Case, async: false

  import Thumbnailer.Fixtures

  alias Thumbnailer.Batch

  # NTFS, by a program that folds case; the kernel's own file systems do that only where it was built so.
  @mount "truncate -s 32M $IMAGE && mkfs.ntfs -q -F $IMAGE && lowntfs-3g -o ignore_case $IMAGE $DISK"

  @mountable match?(
               {_output, 0},
               System.cmd(
                 "sh",
                 [
                   "-c",
                   "IMAGE=$(mktemp) && DISK=$(mktemp -d) && #{@mount} && umount $DISK; s=$?; rm -r $IMAGE $DISK; exit $s"
                 ],
                 stderr_to_stdout: true
               )
             )

  @moduletag :real
  unless @mountable, do: @moduletag(skip: "needs ntfs-3g, and a user who may mount")

  setup context do
    top = folder()
    [photos, disk] = for name <- ~w(photos disk), do: Path.join(top, name)
    Enum.each([photos, disk], &File.mkdir_p!/1)
    environment = [{"IMAGE", top <> "/image"}, {"DISK", disk}]
    {_output, 0} = System.cmd("sh", ["-c", @mount], env: environment, stderr_to_stdout: true)
    on_exit(fn -> System.cmd("umount", ["-l", disk], stderr_to_stdout: true) end)
    opts = [out: disk <> "/thumbs", sizes: ["40"], on: start_instance(context.test)]
    {:ok, photos: photos, disk: disk, opts: opts}
  end

  test "images whose outputs would be one file there are told before the first, with a remedy",
       %{photos: photos, disk: disk, opts: opts} do
    for name <- ~w(Photo.jpg photo.JPG), do: File.cp!(sample("photo.jpg"), photos <> "/" <> name)
    assert {:error, %{reason: :bad_option, message: message}} = Batch.run(photos, opts)
    assert message =~ "Photo.jpg and " and message =~ "photo.JPG would both be #{disk}/thumbs/"
    assert message =~ "leave one out with --exclude"
    assert Path.wildcard(disk <> "/thumbs/*") == []
    assert {:ok, %{made: 1, failed: 0}} = Batch.run(photos, [exclude: ["*.JPG"]] ++ opts)

    # Where the names are told apart, both are made.
    apart = Keyword.put(opts, :out, Path.join(Path.dirname(photos), "apart"))
    assert {:ok, %{made: 2, failed: 0}} = Batch.run(photos, apart)
  end

  test "an image is not replaced by its thumbnail under a name of other case", context do
    %{disk: disk, opts: opts} = context
    File.cp!(sample("photo.jpg"), disk <> "/photo.jpg")

    {:ok, report} =
      Batch.run(disk <> "/PHOTO.jpg", [overwrite: :any] ++ Keyword.put(opts, :out, disk))

    assert [{_path, [error]}] = report.failures
    assert error.message =~ "is the image #{disk}/PHOTO.jpg itself, which is never replaced"
    assert File.read!(disk <> "/photo.jpg") == File.read!(sample("photo.jpg"))
  end
end
