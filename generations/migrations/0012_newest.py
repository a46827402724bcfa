import django.utils.timezone
from django.db import migrations, models
from django.db.models import Max


def fill(apps, schema_editor):
    model = apps.get_model("generations", "RegisteredModel")
    for row in model.objects.annotate(version_at=Max("versions__created_at")):
        model.objects.filter(pk=row.pk).update(newest_at=row.version_at or row.created_at)


class Migration(migrations.Migration):

    dependencies = [
        ('generations', '0011_moderation'),
    ]

    operations = [
        migrations.AddField(
            model_name='registeredmodel',
            name='newest_at',
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
